/// Which labels objects must have: `app=web,tier in (a,b),!legacy`, as Kubernetes' `labels.Parse` reads it.
public struct LabelSelector: Sendable, Hashable {
    /// One condition on one label.
    public enum Requirement: Sendable, Hashable {
        /// The label is one of the values.
        case isIn(key: String, values: Set<String>)
        /// The label is none of the values, or is not there.
        case isNotIn(key: String, values: Set<String>)
        /// The label is there.
        case exists(key: String)
        /// The label is not there.
        case doesNotExist(key: String)
        /// The label is an integer above the number.
        case isGreater(key: String, number: Int64)
        /// The label is an integer below the number.
        case isLess(key: String, number: Int64)

        /// Whether the labels fulfil the condition.
        public func matches(_ labels: [String: String]) -> Bool {
            switch self {
            case .isIn(let key, let values): labels[key].map { values.contains($0) } ?? false
            case .isNotIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .doesNotExist(let key): labels[key] == nil
            case .isGreater(let key, let number): labels[key].flatMap { Int64($0) }.map { $0 > number } ?? false
            case .isLess(let key, let number): labels[key].flatMap { Int64($0) }.map { $0 < number } ?? false
            }
        }
    }

    /// Why a text is no selector, in Kubernetes' words.
    public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What was wrong.
        public var message: String

        public var description: String { message }
    }

    /// The conditions, all of which must hold; none selects everything.
    public var requirements: [Requirement]

    /// Selects by conditions.
    public init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// Reads a selector's text.
    ///
    /// - Throws: `ParseError`.
    public init(parsing text: String) throws(ParseError) {
        var parser = LabelSelectorParser(text)
        requirements = try parser.parse()
    }

    /// Reads a `metav1.LabelSelector`: `matchLabels` and `matchExpressions`; nil where it is malformed.
    public init?(_ value: JSONValue) {
        requirements = (value["matchLabels"]?.objectValue ?? [:]).sorted { $0.key < $1.key }.map { key, label in
            .isIn(key: key, values: [label.stringValue ?? ""])
        }
        for expression in value["matchExpressions"]?.arrayValue ?? [] {
            guard let key = expression["key"]?.stringValue else { return nil }
            let values = Set((expression["values"]?.arrayValue ?? []).compactMap(\.stringValue))
            switch expression["operator"]?.stringValue {
            case "In": requirements.append(.isIn(key: key, values: values))
            case "NotIn": requirements.append(.isNotIn(key: key, values: values))
            case "Exists": requirements.append(.exists(key: key))
            case "DoesNotExist": requirements.append(.doesNotExist(key: key))
            default: return nil
            }
        }
    }

    /// Whether labels fulfil all conditions.
    public func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }
}

/// The grammar of Kubernetes' label selectors, with its sentences for what it does not understand.
private struct LabelSelectorParser {
    private enum Token: Equatable {
        case identifier, word(String), open, closed, comma, not, equals, notEquals, greater, less, end, unknown
    }

    private var tokens: [(token: Token, text: String)] = []
    private var position = 0

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var index = 0
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        func isSpecial(_ byte: UInt8) -> Bool { "=!(),><".utf8.contains(byte) }
        while index < bytes.count {
            if isSpace(bytes[index]) {
                index += 1
            } else if isSpecial(bytes[index]) {
                let pair = String(decoding: bytes[index..<min(index + 2, bytes.count)], as: UTF8.self)
                if pair == "==" || pair == "!=" {
                    tokens.append((pair == "==" ? .equals : .notEquals, pair))
                    index += 2
                } else {
                    let single = String(decoding: [bytes[index]], as: UTF8.self)
                    tokens.append((Self.symbols[single] ?? .unknown, single))
                    index += 1
                }
            } else {
                let start = index
                while index < bytes.count, !isSpace(bytes[index]), !isSpecial(bytes[index]) { index += 1 }
                let word = String(decoding: bytes[start..<index], as: UTF8.self)
                tokens.append((word == "in" || word == "notin" ? .word(word) : .identifier, word))
            }
        }
    }

    private static let symbols: [String: Token] = [
        "(": .open, ")": .closed, ",": .comma, "!": .not, "=": .equals, ">": .greater, "<": .less,
    ]

    /// The next token; `in` and `notin` are words like others where no operator can stand.
    private func peek(operators: Bool = false) -> (token: Token, text: String) {
        guard position < tokens.count else { return (.end, "") }
        let next = tokens[position]
        if !operators, case .word = next.token { return (.identifier, next.text) }
        return next
    }

    private mutating func next(operators: Bool = false) -> (token: Token, text: String) {
        let next = peek(operators: operators)
        position += 1
        return next
    }

    mutating func parse() throws(LabelSelector.ParseError) -> [LabelSelector.Requirement] {
        var requirements: [LabelSelector.Requirement] = []
        while true {
            let (token, text) = peek()
            switch token {
            case .end: return requirements
            case .identifier, .not:
                do {
                    requirements.append(try requirement())
                } catch {
                    throw LabelSelector.ParseError(message: "unable to parse requirement: \(error.message)")
                }
                let separator = next()
                if separator.token == .end { return requirements }
                guard separator.token == .comma else {
                    throw .init(message: "found '\(separator.text)', expected: ',' or 'end of string'")
                }
                let following = peek()
                guard following.token == .identifier || following.token == .not else {
                    throw .init(message: "found '\(following.text)', expected: identifier after ','")
                }
            default: throw .init(message: "found '\(text)', expected: !, identifier, or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(LabelSelector.ParseError) -> LabelSelector.Requirement {
        var (token, key) = next()
        let isNegated = token == .not
        if isNegated { (token, key) = next() }
        guard token == .identifier else { throw .init(message: "found '\(key)', expected: identifier") }
        try Self.check("<nil>", NameRules.qualifiedName(key), value: key)
        let after = peek().token
        if isNegated { return .doesNotExist(key: key) }
        if after == .end || after == .comma { return .exists(key: key) }
        let (symbol, text) = next(operators: true)
        switch symbol {
        case .word("in"): return .isIn(key: key, values: Set(try checked(values(), key)))
        case .word("notin"): return .isNotIn(key: key, values: Set(try checked(values(), key)))
        case .equals: return .isIn(key: key, values: Set(try checked([exactValue()], key)))
        case .notEquals: return .isNotIn(key: key, values: Set(try checked([exactValue()], key)))
        case .greater: return .isGreater(key: key, number: try number(key))
        case .less: return .isLess(key: key, number: try number(key))
        default: throw .init(message: "found '\(text)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func number(_ key: String) throws(LabelSelector.ParseError) -> Int64 {
        let text = try exactValue()
        guard let number = Int64(text) else {
            throw .init(
                message: "values[0]: Invalid value: \(JSONWriter.string(.string(text))): "
                    + "for 'Gt', 'Lt' operators, the value must be an integer")
        }
        return number
    }

    private mutating func exactValue() throws(LabelSelector.ParseError) -> String {
        let (token, text) = peek()
        if token == .end || token == .comma { return "" }
        position += 1
        guard token == .identifier else { throw .init(message: "found '\(text)', expected: identifier") }
        return text
    }

    private mutating func values() throws(LabelSelector.ParseError) -> [String] {
        let (token, text) = next()
        guard token == .open else { throw .init(message: "found '\(text)' expected: '('") }
        let (first, literal) = peek()
        switch first {
        case .closed:
            position += 1
            return [""]
        case .identifier, .comma: break
        default: throw .init(message: "found '\(literal)', expected: ',', ')' or identifier")
        }
        var values: Set<String> = []
        while true {
            let (token, text) = next()
            switch token {
            case .identifier:
                values.insert(text)
                let (following, literal) = peek()
                if following == .comma { continue }
                guard following == .closed else {
                    throw .init(message: "found '\(literal)', expected: ',' or ')'")
                }
                position += 1
                return values.sorted()
            case .comma:
                if values.isEmpty { values.insert("") }
                if peek().token == .closed {
                    position += 1
                    values.insert("")
                    return values.sorted()
                }
                if peek().token == .comma {
                    position += 1
                    values.insert("")
                }
            default: throw .init(message: "found '\(text)', expected: ',', or identifier")
            }
        }
    }

    private func checked(_ values: [String], _ key: String) throws(LabelSelector.ParseError) -> [String] {
        for (index, value) in values.enumerated() {
            try Self.check("values[\(index)][\(key)]", NameRules.labelValue(value), value: value)
        }
        return values
    }

    private static func check(
        _ path: String, _ problems: [String], value: String
    ) throws(LabelSelector.ParseError) {
        guard !problems.isEmpty else { return }
        let texts = problems.map { "\(path): Invalid value: \(JSONWriter.string(.string(value))): \($0)" }
        throw .init(message: texts.count == 1 ? texts.joined() : "[\(texts.joined(separator: ", "))]")
    }
}

import KubernetesCore

/// The subset of Kubernetes' JSONPath that printer columns and custom columns use.
///
/// Members (`.a.b`, `['a.b']`), elements (`[0]`, `[-1]`, `[*]`), filters (`[?(@.type=="Ready")]`), wildcard members
/// (`.*`); a leading `$` and surrounding braces may be left out.
struct JSONPath: Sendable {
    private indirect enum Step: Sendable {
        case member(String)
        case index(Int)
        case all
        case filter([Step], comparison: String, JSONValue)
    }

    private let steps: [Step]

    /// Parses a path; nil where it is malformed or asks for more than the subset.
    init?(_ text: String) {
        var text = Substring(text)
        if text.hasPrefix("{"), text.hasSuffix("}") { text = text.dropFirst().dropLast() }
        if text.hasPrefix("$") { text = text.dropFirst() }
        guard let steps = Self.parse(text) else { return nil }
        self.steps = steps
    }

    /// The values at the end of the path, in order; none where it leads nowhere.
    func values(in root: JSONValue) -> [JSONValue] { Self.walk(steps[...], root) }

    private static func walk(_ steps: ArraySlice<Step>, _ value: JSONValue) -> [JSONValue] {
        guard let step = steps.first else { return [value] }
        let rest = steps.dropFirst()
        switch step {
        case .member(let name): return value[name].map { walk(rest, $0) } ?? []
        case .index(let index):
            guard let elements = value.arrayValue else { return [] }
            return value[index < 0 ? elements.count + index : index].map { walk(rest, $0) } ?? []
        case .all:
            let children =
                value.arrayValue ?? (value.objectValue ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            return children.flatMap { walk(rest, $0) }
        case .filter(let path, let comparison, let expected):
            let chosen = (value.arrayValue ?? []).filter { element in
                walk(path[...], element).contains { compare($0, comparison, expected) }
            }
            return chosen.flatMap { walk(rest, $0) }
        }
    }

    private static func compare(_ value: JSONValue, _ comparison: String, _ expected: JSONValue) -> Bool {
        if comparison.isEmpty { return true }
        if let left = value.doubleValue, let right = expected.doubleValue {
            return ordered(left, comparison, right)
        }
        if let left = value.stringValue, let right = expected.stringValue {
            return ordered(left, comparison, right)
        }
        return comparison == "==" ? value == expected : comparison == "!=" && value != expected
    }

    private static func ordered<Value: Comparable>(_ left: Value, _ comparison: String, _ right: Value) -> Bool {
        switch comparison {
        case "==": left == right
        case "!=": left != right
        case "<": left < right
        case "<=": left <= right
        case ">": left > right
        default: left >= right
        }
    }

    private static func parse(_ text: Substring) -> [Step]? {
        var rest = text
        var steps: [Step] = []
        while let character = rest.first {
            rest = rest.dropFirst()
            switch character {
            case ".":
                if rest.first == "." { return nil }
                let name = member(&rest)
                if name == "*" {
                    steps.append(.all)
                } else if !name.isEmpty {
                    steps.append(.member(name))
                } else if rest.first != "[" && !(rest.isEmpty && steps.isEmpty) {
                    return nil
                }
            case "[":
                guard let end = closingBracket(rest), let step = bracket(rest[..<end]) else { return nil }
                steps.append(step)
                rest = rest[rest.index(after: end)...]
            default: return nil
            }
        }
        return steps
    }

    private static func member(_ rest: inout Substring) -> String {
        var name = ""
        while let character = rest.first, character != ".", character != "[" {
            rest = rest.dropFirst()
            if character == "\\", let escaped = rest.first {
                name.append(escaped)
                rest = rest.dropFirst()
            } else {
                name.append(character)
            }
        }
        return name
    }

    private static func closingBracket(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        var depth = 0
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "[" {
                depth += 1
            } else if character == "]" {
                if depth == 0 { return index }
                depth -= 1
            }
        }
        return nil
    }

    private static func bracket(_ text: Substring) -> Step? {
        if text == "*" { return .all }
        if let index = Int(text) { return .index(index) }
        if text.hasPrefix("?("), text.hasSuffix(")") { return filter(text.dropFirst(2).dropLast()) }
        guard case .string(let name)? = literal(text) else { return nil }
        return .member(name)
    }

    private static func filter(_ text: Substring) -> Step? {
        let text = text.drop { $0 == " " }
        guard text.hasPrefix("@") else { return nil }
        for comparison in ["==", "!=", "<=", ">=", "<", ">"] {
            guard let range = text.firstRange(of: comparison) else { continue }
            guard let path = parse(trimmed(text[..<range.lowerBound].dropFirst())),
                let value = literal(trimmed(text[range.upperBound...]))
            else { return nil }
            return .filter(path, comparison: comparison, value)
        }
        return parse(trimmed(text.dropFirst())).map { .filter($0, comparison: "", .null) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return text
    }

    private static func literal(_ text: Substring) -> JSONValue? {
        if let quote = text.first, quote == "'" || quote == "\"", text.count >= 2, text.last == quote {
            return .string(String(text.dropFirst().dropLast()).replacing("\\\(quote)", with: String(quote)))
        }
        if let integer = Int64(text) { return .integer(integer) }
        if let double = Double(text) { return .double(double) }
        if text == "true" || text == "false" { return .bool(text == "true") }
        return nil
    }
}

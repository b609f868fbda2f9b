/// Reads a regular expression.
struct PatternParser {
    typealias SyntaxError = LinearPattern.SyntaxError

    indirect enum Node {
        case empty
        case set(CharacterSet)
        case assertion(LinearPattern.Assertion)
        case sequence([Node])
        case alternatives([Node])
        case repetition(Node, Int, Int?, isLazy: Bool)
        /// What the group of that number matches.
        case group(Node, Int)
    }

    private struct Flags {
        var foldsCase = false
        var isMultiline = false
        var dotMatchesNewline = false
        var isUngreedy = false
    }

    let scalars: [Unicode.Scalar]
    var position = 0
    /// The names of the groups so far; nil for one without.
    private var groups: [String?] = []
    private var flags = Flags()
    private var depth = 0

    /// How deep groups may be nested.
    private static let maxNesting = 200
    /// How long a pattern may be, in scalars.
    private static let maxLength = 20_000

    static func parse(_ pattern: String) throws(SyntaxError) -> (node: Node, groups: [String?]) {
        var parser = PatternParser(scalars: Array(pattern.unicodeScalars))
        guard parser.scalars.count <= maxLength else { throw SyntaxError(description: "the pattern is too long") }
        let node = try parser.alternatives()
        if parser.position < parser.scalars.count { throw parser.error("unexpected )") }
        return (node, parser.groups)
    }

    /// An error in Go's words about a part of the pattern, or about all of it.
    func error(_ text: String, _ part: String? = nil) -> SyntaxError {
        SyntaxError(description: "\(text): `\(part ?? StringLibrary.string(scalars))`")
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    /// Takes a text that comes next.
    mutating func take(text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func alternatives() throws(SyntaxError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxNesting else { throw error("expression nests too deeply") }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(SyntaxError) -> Node {
        var nodes: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            if take(text: "\\Q") {
                while next != nil, !take(text: "\\E") { nodes.append(.set(try literal())) }
                continue
            }
            nodes.append(try repeated(try atom()))
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func literal() throws(SyntaxError) -> CharacterSet {
        guard let scalar = next else { throw error("trailing backslash at end of expression", "") }
        position += 1
        return folded(CharacterSet(scalar))
    }

    private func folded(_ set: CharacterSet) -> CharacterSet {
        var set = set
        set.foldsCase = flags.foldsCase
        return set
    }

    // MARK: - Repetition

    private mutating func repeated(_ atom: Node) throws(SyntaxError) -> Node {
        guard let (minimum, maximum) = try count() else { return atom }
        let isLazy = take("?") != flags.isUngreedy
        if try count() != nil { throw error("invalid nested repetition operator") }
        return .repetition(atom, minimum, maximum, isLazy: isLazy)
    }

    /// What a quantifier says, taken off; nil where none comes next.
    private mutating func count() throws(SyntaxError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        return next == "{" ? try bounds() : nil
    }

    /// `{m}`, `{m,}` or `{m,n}`; nil where the brace stands for itself.
    private mutating func bounds() throws(SyntaxError) -> (Int, Int?)? {
        let start = position
        position += 1
        guard let minimum = number() else {
            position = start
            return nil
        }
        var maximum: Int? = minimum
        if take(",") { maximum = number() }
        guard take("}") else {
            position = start
            return nil
        }
        guard minimum <= 1000, (maximum ?? 0) <= 1000, maximum.map({ $0 >= minimum }) ?? true else {
            throw error("invalid repeat count", StringLibrary.string(scalars[start..<position]))
        }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = next, Lexer.isDigit(scalar), digits.count < 5 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    // MARK: - Atoms

    private mutating func atom() throws(SyntaxError) -> Node {
        guard let scalar = next else { return .empty }
        switch scalar {
        case "*", "+", "?": throw error("missing argument to repetition operator", String(scalar))
        default: position += 1
        }
        switch scalar {
        case "(": return try group()
        case "[": return .set(folded(try characterClass()))
        case ".": return .set(flags.dotMatchesNewline ? .all : .noNewline)
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\": return try escape()
        default: return .set(folded(CharacterSet(scalar)))
        }
    }

    private mutating func group() throws(SyntaxError) -> Node {
        let outer = flags
        var number: Int?
        if !take("?") {
            number = groups.count
            groups.append(nil)
        } else if take(text: "P<") || take("<") {
            number = groups.count
            groups.append(try groupName())
        } else if try takeFlags() {
            // Flags alone hold up to the end of the group around them.
            return .empty
        }
        let node = try alternatives()
        guard take(")") else { throw error("missing closing )") }
        flags = outer
        return number.map { .group(node, $0) } ?? node
    }

    private mutating func groupName() throws(SyntaxError) -> String {
        var name = ""
        while let scalar = next, scalar == "_" || scalar.properties.isAlphabetic || Lexer.isDigit(scalar) {
            position += 1
            name.unicodeScalars.append(scalar)
        }
        guard !name.isEmpty, take(">") else { throw error("invalid named capture") }
        return name
    }

    /// Flags up to a colon or the closing bracket: whether it was the bracket.
    private mutating func takeFlags() throws(SyntaxError) -> Bool {
        var isOn = true
        while let scalar = next {
            position += 1
            switch scalar {
            case "i": flags.foldsCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotMatchesNewline = isOn
            case "U": flags.isUngreedy = isOn
            case "-" where isOn: isOn = false
            case ":": return false
            case ")": return true
            default: throw error("invalid or unsupported Perl syntax", "(?\(scalar)")
            }
        }
        throw error("missing closing )")
    }

    private mutating func escape() throws(SyntaxError) -> Node {
        switch next {
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.noWordBoundary)
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        default: return .set(folded(try escapedSet()))
        }
    }

    private mutating func assertion(_ assertion: LinearPattern.Assertion) -> Node {
        position += 1
        return .assertion(assertion)
    }
}

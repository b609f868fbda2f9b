/// Cuts a string into literal text and `$(…)` parts.
struct TemplateParser {
    private let characters: [Character]
    private var position = 0
    private var parts: [Template.Part] = []
    private var literal = ""

    static func parse(_ text: String) throws(ExpressionError) -> [Template.Part] {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return [.literal(text)] }
        var parser = TemplateParser(characters: Array(text))
        return try parser.parse()
    }

    private init(characters: [Character]) { self.characters = characters }

    private mutating func parse() throws(ExpressionError) -> [Template.Part] {
        while position < characters.count {
            if starts(with: "$$(") {
                literal += "$("
                position += 3
            } else if starts(with: "$(") {
                let part = try expression()
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(part)
            } else {
                literal.append(characters[position])
                position += 1
            }
        }
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        return parts
    }

    private func starts(with text: String) -> Bool {
        characters[position...].starts(with: text)
    }

    private mutating func expression() throws(ExpressionError) -> Template.Part {
        let opening = position
        position += 2
        guard let end = closingParenthesis() else {
            throw ExpressionError("\"$(\" without its \")\"; \"$$(\" writes a literal \"$(\"", position: opening)
        }
        let inner = characters[position..<end]
        let leading = inner.prefix { $0.isWhitespace }.count
        let start = position + leading
        let text = String(inner.dropFirst(leading).reversed().drop { $0.isWhitespace }.reversed())
        position = end + 1
        if text.isEmpty { throw ExpressionError("\"$()\" holds no expression", position: opening) }
        do throws(ExpressionError) {
            // A path first: hyphens belong to its names.
            if ReferenceParser.hasForm(text) { return .reference(try Reference(parsing: text)) }
            return .expression(try Expression(parsing: text))
        } catch {
            let scopes = Reference.Root.allCases.map(\.rawValue)
            let isMeant = scopes.contains { text.contains("\($0).") || text.contains("\($0)[") }
            let shown = text.count > 40 ? "" : "\(text))"
            let hint = isMeant ? "" : "; \"$$(\(shown)\" writes a literal \"$(\(shown)\""
            throw ExpressionError("\(error.message)\(hint)", position: start + error.position)
        }
    }

    /// The end of an expression: parentheses nest, and those in quotes don't count.
    private func closingParenthesis() -> Int? {
        var depth = 1
        var quote: Character?
        var index = position
        while index < characters.count {
            let character = characters[index]
            if let open = quote {
                if character == "\\" { index += 1 } else if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "(" {
                depth += 1
            } else if character == ")" {
                depth -= 1
                if depth == 0 { return index }
            }
            index += 1
        }
        return nil
    }
}

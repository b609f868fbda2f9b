import Foundation

/// A regular expression in Go's RE2 syntax, as OpenAPI schemas of Kubernetes have them, compiled once.
///
/// Foundation's engine (ICU) runs it. What RE2 understands otherwise is rewritten: classes are ASCII, `$` is the end
/// of the text, a bracket inside a class is a character. What RE2 lacks (look-around, back-references) is refused.
public struct SchemaPattern: Sendable {
    /// The expression as it was written.
    public let source: String
    /// Why it is no RE2 expression, in Go's words; nil where it is one.
    public let error: String?

    private let expression: NSRegularExpression?

    /// Compiles an expression; one that is invalid matches everything and carries its ``error``.
    public init(_ source: String) {
        self.source = source
        var translator = RE2Translator(source)
        if let problem = translator.translate() {
            error = problem
            expression = nil
            return
        }
        expression = try? NSRegularExpression(pattern: translator.output, options: [.useUnixLineSeparators])
        error = expression == nil ? "error parsing regexp: invalid or unsupported syntax: `\(source)`" : nil
    }

    /// Whether the expression is found anywhere in a text.
    public func matches(_ text: String) -> Bool {
        guard let expression else { return true }
        let range = NSRange(location: 0, length: text.utf16.count)
        return expression.firstMatch(in: text, options: [], range: range) != nil
    }
}

/// Rewrites RE2's syntax to ICU's.
private struct RE2Translator {
    private let characters: [Character]
    private let source: String
    private var position = 0
    private var depth = 0
    private(set) var output = ""

    init(_ source: String) {
        self.source = source
        characters = Array(source)
    }

    private var next: Character? { position < characters.count ? characters[position] : nil }

    private func peek(_ offset: Int) -> Character? {
        position + offset < characters.count ? characters[position + offset] : nil
    }

    /// Fills ``output``; returns what is wrong.
    mutating func translate() -> String? {
        let isMultiline = source.contains("(?m") || source.contains("(?im") || source.contains("(?sm")
        while let character = next {
            position += 1
            switch character {
            case "\\":
                if let problem = escape(inClass: false) { return problem }
            case "[":
                if let problem = characterClass() { return problem }
            case "(":
                if let problem = group() { return problem }
            case ")":
                depth -= 1
                if depth < 0 { return "error parsing regexp: unexpected ): `\(source)`" }
                output.append(character)
            case "$": output.append(isMultiline ? "$" : "\\z")
            default: output.append(character)
            }
        }
        return depth > 0 ? "error parsing regexp: missing closing ): `\(source)`" : nil
    }

    private mutating func group() -> String? {
        depth += 1
        output.append("(")
        guard next == "?" else { return nil }
        if peek(1) == "P", peek(2) == "<" {
            position += 2
            output.append("?")
            return nil
        }
        let isNamed = peek(1) == "<" && peek(2) != "=" && peek(2) != "!"
        if let kind = peek(1), kind == "=" || kind == "!" || kind == ">" || (kind == "<" && !isNamed) {
            let text = "(?\(kind)\(kind == "<" ? peek(2).map(String.init) ?? "" : "")"
            return "error parsing regexp: invalid or unsupported Perl syntax: `\(text)`"
        }
        return nil
    }

    private mutating func escape(inClass: Bool) -> String? {
        guard let character = next else { return "error parsing regexp: trailing backslash at end of expression: ``" }
        position += 1
        switch character {
        case "d": output.append(inClass ? "0-9" : "[0-9]")
        case "w": output.append(inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]")
        case "s": output.append(inClass ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]")
        case "D" where !inClass: output.append("[^0-9]")
        case "W" where !inClass: output.append("[^0-9A-Za-z_]")
        case "S" where !inClass: output.append("[^\\t\\n\\f\\r ]")
        case "1"..."9": return "error parsing regexp: invalid escape sequence: `\\\(character)`"
        default: output.append("\\\(character)")
        }
        return nil
    }

    private mutating func characterClass() -> String? {
        let start = position - 1
        output.append("[")
        if next == "^" {
            output.append("^")
            position += 1
        }
        var isFirst = true
        while let character = next {
            position += 1
            switch character {
            case "]" where !isFirst:
                output.append("]")
                return nil
            case "[" where next == ":":
                output.append("[")
                while let inner = next, inner != "]" {
                    output.append(inner)
                    position += 1
                }
                guard next != nil else { break }
                output.append("]")
                position += 1
            case "[", "]", "&": output.append("\\\(character)")
            case "-" where isFirst || next == "]": output.append("\\-")
            case "\\":
                if let problem = escape(inClass: true) { return problem }
                if next == "-", peek(1) != nil, peek(-2).map({ "dws".contains($0) }) == true {
                    output.append("\\-")
                    position += 1
                }
            default: output.append(character)
            }
            isFirst = false
        }
        return "error parsing regexp: missing closing ]: `\(String(characters[start...]))`"
    }
}

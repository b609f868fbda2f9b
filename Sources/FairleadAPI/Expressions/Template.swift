public import KubernetesCore

/// A string of a spec with its `$(…)` parts, parsed once.
///
/// `$$(` stands for a literal `$(`. A string that is one `$(…)` and nothing else keeps the value's type.
public struct Template: Sendable, Hashable {
    /// A piece of the string.
    public enum Part: Sendable, Hashable {
        /// Text that stands for itself.
        case literal(String)
        /// The value at the end of a path.
        case reference(Reference)
        /// The value of an expression.
        case expression(Expression)
    }

    /// The pieces, in order.
    public let parts: [Part]

    /// Reads a string.
    ///
    /// - Throws: `ExpressionError`, with the position in the string.
    public init(parsing text: String) throws(ExpressionError) {
        parts = try TemplateParser.parse(text)
    }

    /// Reads a field that expects a reference: a bare path, a string with `$(…)`, or a URI.
    ///
    /// - Throws: `ExpressionError`, with the position in the string.
    public init(value text: String) throws(ExpressionError) {
        if text.contains("$(") {
            parts = try TemplateParser.parse(text)
        } else {
            parts = [text.contains("://") ? .literal(text) : .reference(try Reference(parsing: text))]
        }
    }

    /// A string of which nothing is replaced.
    public init(literal text: String) { parts = [.literal(text)] }

    /// The path that it is, where it is nothing else.
    public var reference: Reference? {
        guard parts.count == 1, case .reference(let reference) = parts[0] else { return nil }
        return reference
    }

    /// The references in it.
    public var references: [Reference] {
        parts.flatMap { part -> [Reference] in
            switch part {
            case .literal: []
            case .reference(let reference): [reference]
            case .expression(let expression): expression.references
            }
        }
    }

    /// The references in a field that expects one; a text that cannot be parsed counts for nothing.
    static func references(inValue text: String) -> [Reference] { (try? Template(value: text))?.references ?? [] }

    /// The value of the string: of any type where it is one `$(…)`, else a string.
    ///
    /// - Throws: `ExpressionError` where a reference leads nowhere.
    public func evaluate(in scope: Scope) throws(ExpressionError) -> JSONValue {
        if parts.count == 1, let value = try parts[0].value(in: scope) { return value }
        return .string(try text(in: scope))
    }

    /// The value as text.
    ///
    /// - Throws: `ExpressionError` where a reference leads nowhere.
    public func text(in scope: Scope) throws(ExpressionError) -> String {
        var text = ""
        for part in parts {
            if case .literal(let literal) = part { text += literal }
            if let value = try part.value(in: scope) { text += Self.text(of: value) }
        }
        return text
    }

    /// The value as text for a field in which the kubelet expands `$(NAME)`: after its expansion the text is what
    /// ``text(in:)`` gives, whatever the inserted values hold.
    ///
    /// - Throws: `ExpressionError` where a reference leads nowhere.
    public func kubeletText(in scope: Scope) throws(ExpressionError) -> String {
        var escaped = KubeletEscaping()
        for part in parts {
            if case .literal(let literal) = part { escaped.append(literal, isInserted: false) }
            if let value = try part.value(in: scope) { escaped.append(Self.text(of: value), isInserted: true) }
        }
        return escaped.text
    }

    /// The value as text for a field of an object in which the kubelet will expand `$(NAME)`: what the user wrote as
    /// `$$(NAME)` is expanded, and nothing of what is inserted.
    ///
    /// - Throws: `ExpressionError` where a reference leads nowhere.
    func insertedText(in scope: Scope) throws(ExpressionError) -> String {
        var text = ""
        for part in parts {
            if case .literal(let literal) = part { text += literal }
            guard let value = try part.value(in: scope) else { continue }
            text += Self.text(of: value).split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
        }
        return text
    }

    /// The string of which the value is that text.
    static func escaped(_ text: String) -> String {
        guard text.contains("$") else { return text }
        var escaped = ""
        var last: Character?
        // By characters, as the parser reads.
        for character in text {
            if character == "(", last == "$" { escaped += "$(" } else { escaped.append(character) }
            last = character
        }
        return escaped
    }

    /// A value inside a text: strings as they are, null as nothing, all else as JSON.
    public static func text(of value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        default: JSONWriter.string(value)
        }
    }
}

extension Template.Part {
    /// What is inserted, nil for text that stands for itself.
    fileprivate func value(in scope: Scope) throws(ExpressionError) -> JSONValue? {
        switch self {
        case .literal: nil
        case .reference(let reference): try scope.value(of: reference)
        case .expression(let expression): try expression.evaluate(in: scope)
        }
    }
}

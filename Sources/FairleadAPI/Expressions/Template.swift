public import KubernetesCore

/// A string of a spec with its `$(…)` parts, parsed once.
///
/// `$$(` stands for a literal `$(`. A string that is one reference and nothing else keeps the value's type.
public struct Template: Sendable, Hashable {
    /// A piece of the string.
    public enum Part: Sendable, Hashable {
        /// Text that stands for itself.
        case literal(String)
        /// A value that is inserted.
        case reference(Reference)
    }

    /// The pieces, in order.
    public let parts: [Part]

    /// Reads a string.
    ///
    /// - Throws: `ExpressionError`, with the position in the string.
    public init(parsing text: String) throws(ExpressionError) {
        parts = try TemplateParser.parse(text)
    }

    /// A string of which nothing is replaced.
    public init(literal text: String) { parts = [.literal(text)] }

    /// The references in it.
    public var references: [Reference] {
        parts.compactMap { part in
            if case .reference(let reference) = part { reference } else { nil }
        }
    }

    /// The value of the string: of any type where it is one reference, else a string.
    ///
    /// - Throws: `ExpressionError` where a reference leads nowhere.
    public func evaluate(in scope: Scope) throws(ExpressionError) -> JSONValue {
        if parts.count == 1, case .reference(let reference) = parts[0] { return try scope.value(of: reference) }
        return .string(try text(in: scope))
    }

    /// The value as text.
    ///
    /// - Throws: `ExpressionError` where a reference leads nowhere.
    public func text(in scope: Scope) throws(ExpressionError) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .reference(let reference): text += Self.text(of: try scope.value(of: reference))
            }
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
            switch part {
            case .literal(let literal): escaped.append(literal, isInserted: false)
            case .reference(let reference):
                escaped.append(Self.text(of: try scope.value(of: reference)), isInserted: true)
            }
        }
        return escaped.text
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

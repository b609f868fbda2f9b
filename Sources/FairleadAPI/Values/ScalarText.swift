import KubernetesCore

/// A field that takes a number or a string, such as a quantity of CPU; kept as text.
public struct ScalarText: Sendable, Hashable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The string, or the number as JSON writes it.
    public var text: String

    /// Wraps a text.
    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }

    public var description: String { text }

    public init(from decoder: any Decoder) throws {
        switch try JSONValue(from: decoder) {
        case .string(let text): self.text = text
        case .integer(let number): text = String(number)
        case .double(let number): text = JSONWriter.string(.double(number))
        case .bool(let value): throw FieldProblem(YAMLTrap.message(forBoolean: value)).error(at: decoder)
        default: throw FieldProblem("must be a number or a string").error(at: decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

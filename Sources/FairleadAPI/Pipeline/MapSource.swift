public import KubernetesCore

/// Where a map's items come from: a reference to a list, or the list itself.
public enum MapSource: Sendable, Hashable, Codable {
    /// A reference such as `params.countries`, or one `$(…)` that gives a list.
    case reference(String)
    /// The items; their strings may hold `$(…)`.
    case items([JSONValue])

    static let expectation = "must be a reference to a list such as params.countries, or a list"

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch value {
        case .string(let text): self = .reference(text)
        case .array(let items): self = .items(items)
        case .bool(let truth): throw FieldProblem(YAMLTrap.message(forBoolean: truth)).error(at: decoder)
        default: throw FieldProblem("\(Self.expectation), not \(DecodingProblem.name(of: value))").error(at: decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .reference(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        case .items(let items): try JSONValue.array(items).encode(to: encoder)
        }
    }
}

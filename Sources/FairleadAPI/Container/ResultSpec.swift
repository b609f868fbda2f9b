/// A small typed value that a program writes.
public struct ResultSpec: Sendable, Hashable, Codable {
    /// The name.
    public var name: String
    /// The type; a string where it is left out.
    public var type: ValueType?
    /// For people.
    public var description: String?

    /// Declares a result.
    public init(name: String, type: ValueType? = nil, description: String? = nil) {
        self.name = name
        self.type = type
        self.description = description
    }

    /// The type that a value must have.
    public var effectiveType: ValueType { type ?? .string }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, type, description }
}

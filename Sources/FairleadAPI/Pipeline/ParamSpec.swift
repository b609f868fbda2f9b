public import KubernetesCore

/// A parameter of a pipeline.
public struct ParamSpec: Sendable, Hashable, Codable {
    /// The name.
    public var name: String
    /// The type; that of `default`, else string, where it is left out.
    public var type: ValueType?
    /// For people.
    public var description: String?
    /// The value where a run gives none; a parameter without one is required.
    public var `default`: JSONValue?
    /// The allowed values.
    public var `enum`: [JSONValue]
    /// A regular expression that a string must match somewhere, as in JSON Schema: `^` and `$` tie it to the ends.
    public var pattern: String?
    /// The smallest allowed number.
    public var minimum: Double?
    /// The largest allowed number.
    public var maximum: Double?
    /// The type of an array's elements.
    public var items: ValueType?

    /// Declares a parameter.
    public init(
        name: String, type: ValueType? = nil, description: String? = nil, default: JSONValue? = nil,
        enum: [JSONValue] = [], pattern: String? = nil, minimum: Double? = nil, maximum: Double? = nil,
        items: ValueType? = nil
    ) {
        self.name = name
        self.type = type
        self.description = description
        self.default = `default`
        self.enum = `enum`
        self.pattern = pattern
        self.minimum = minimum
        self.maximum = maximum
        self.items = items
    }

    /// The type that a value must have.
    public var effectiveType: ValueType { type ?? `default`.flatMap(ValueType.init(of:)) ?? .string }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, type, description, `default`, `enum`, pattern, minimum, maximum, items
    }
}

/// The shape of a field: what stands in the CRD, and what the validator checks where the CRD cannot.
public struct SchemaNode: Sendable, Hashable {
    /// What kind of value is taken.
    public indirect enum Shape: Sendable, Hashable {
        case string
        case integer
        case number
        case boolean
        /// A number or a string.
        case scalarText
        /// Any value, or where shapes are given a value of one of them.
        case any([SchemaNode])
        /// An object with these fields.
        case object([SchemaField])
        /// An object whose members are all of one shape.
        case map(SchemaNode)
        case list(SchemaNode)
    }

    /// What a string holds, beyond being a string.
    public enum Format: Sendable, Hashable {
        case dateTime
        case duration
        case quantity
    }

    /// What kind of value is taken.
    public var shape: Shape
    /// One sentence for `kubectl explain`.
    public var description: String
    /// The allowed strings; all where empty.
    public var allowed: [String] = []
    /// What a string holds.
    public var format: Format?
    /// The smallest number.
    public var minimum: Int64?
    /// The largest number, or the most elements or members.
    public var maximum: Int64?
    /// The field by which the objects of a list differ.
    public var listKey: String?
    /// Names of fields of which exactly one must be set.
    public var exactlyOneOf: [String] = []
    /// Whether the CRD says nothing about what is inside.
    public var isSchemaless = false

    init(_ shape: Shape, _ description: String) {
        self.shape = shape
        self.description = description
    }
}

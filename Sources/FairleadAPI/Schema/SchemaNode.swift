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
        /// A number of items, or a share in percent.
        case share
        /// A number of processes, or `Auto`.
        case processes
        /// A registered model, such as `churn@production`.
        case model
        /// A whole number of percent.
        case percent
    }

    /// Fields that exclude each other and most others.
    public struct Alternatives: Sendable, Hashable {
        /// The fields of which at most one is set.
        public var names: [String]
        /// The fields that may stand beside one of them.
        public var companions: [String]
        /// Where all other fields stand, for messages.
        public var elsewhere: String
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
    /// The largest number, or the most elements, members or characters.
    public var maximum: Int64?
    /// The field by which the objects of a list differ.
    public var listKey: String?
    /// Names of fields of which exactly one must be set.
    public var exactlyOneOf: [String] = []
    /// Fields that exclude each other and most others.
    public var alternatives: Alternatives?
    /// What the API server checks beyond the shape; every list, map and string around and under a rule has a
    /// `maximum`, since the server bounds a rule's cost beforehand.
    public var rules: [SchemaRule] = []
    /// Whether the CRD says nothing about what is inside.
    public var isSchemaless = false
    /// Whether `false` stands for one of the names: YAML makes it of `Off` without quotes.
    public var takesFalse = false

    init(_ shape: Shape, _ description: String) {
        self.shape = shape
        self.description = description
    }
}

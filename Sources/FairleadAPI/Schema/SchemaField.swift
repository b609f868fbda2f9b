/// A field of an object.
public struct SchemaField: Sendable, Hashable {
    /// The field's name.
    public var name: String
    /// Its shape.
    public var node: SchemaNode
    /// Whether it must be there.
    public var isRequired: Bool

    init(_ name: String, _ node: SchemaNode, isRequired: Bool = false) {
        self.name = name
        self.node = node
        self.isRequired = isRequired
    }

    static func required(_ name: String, _ node: SchemaNode) -> SchemaField {
        SchemaField(name, node, isRequired: true)
    }
}

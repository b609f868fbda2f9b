/// A type with a table of its fields beside it.
protocol Schematic: Codable, SendableMetatype {
    static var schema: SchemaNode { get }
}

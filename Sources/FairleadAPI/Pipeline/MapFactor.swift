/// One list of a product; its elements stand in the item under the factor's name.
public struct MapFactor: Sendable, Hashable {
    /// The name, as in `item.country`.
    public var name: String
    /// The elements.
    public var source: MapSource

    /// Names a list.
    public init(name: String, source: MapSource) {
        self.name = name
        self.source = source
    }
}

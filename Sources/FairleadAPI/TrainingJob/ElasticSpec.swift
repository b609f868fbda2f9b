/// Between which numbers of workers a job may go on.
public struct ElasticSpec: Sendable, Hashable, Codable {
    /// The fewest workers; 1 where it is left out.
    public var minNodes: Int?
    /// The most workers; `nodes` where it is left out.
    public var maxNodes: Int?

    /// Sets bounds.
    public init(minNodes: Int? = nil, maxNodes: Int? = nil) {
        self.minNodes = minNodes
        self.maxNodes = maxNodes
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case minNodes, maxNodes }
}

/// How the items of a mapped task stand.
public struct MapStatus: Sendable, Hashable, Codable {
    /// How many items there are.
    public var total: Int
    /// How many run.
    public var active: Int
    /// The items that succeeded, as ranges: `0-2800,2803`.
    public var completedIndexes: String?
    /// The items that failed, as ranges.
    public var failedIndexes: String?

    /// Tells how items stand.
    public init(
        total: Int, active: Int = 0, completedIndexes: String? = nil, failedIndexes: String? = nil
    ) {
        self.total = total
        self.active = active
        self.completedIndexes = completedIndexes
        self.failedIndexes = failedIndexes
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case total, active, completedIndexes, failedIndexes }
}

/// Between which numbers of pods a service is scaled.
public struct ReplicaRange: Sendable, Hashable, Codable {
    /// The fewest; 1 where it is left out, 0 lets the service sleep.
    public var min: Int?
    /// The most; `min`, but at least 1, where it is left out.
    public var max: Int?
    /// How many a new revision starts with; `min`, but at least 1, where it is left out.
    public var initial: Int?

    /// Sets bounds.
    public init(min: Int? = nil, max: Int? = nil, initial: Int? = nil) {
        self.min = min
        self.max = max
        self.initial = initial
    }

    /// The fewest.
    public var least: Int { Swift.max(0, min ?? 1) }
    /// The most.
    public var most: Int { Swift.max(max ?? 1, least, 1) }
    /// How many a new revision starts with.
    public var first: Int { Swift.min(Swift.max(0, initial ?? Swift.max(least, 1)), most) }

    enum CodingKeys: String, CodingKey, CaseIterable { case min, max, initial }
}

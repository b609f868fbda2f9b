/// How many runs of a namespace go on together.
public struct ConcurrencySpec: Sendable, Hashable, Codable {
    /// The group's name, which may hold `$(…)`; the pipeline's own where it is left out.
    public var group: String?
    /// How many runs of the group go on at the same time; 1 where it is left out.
    public var max: Int?
    /// What a run does that finds its group full; it waits where this is left out.
    public var policy: ConcurrencyPolicy?

    /// Bounds the runs of a group.
    public init(group: String? = nil, max: Int? = nil, policy: ConcurrencyPolicy? = nil) {
        self.group = group
        self.max = max
        self.policy = policy
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case group, max, policy }
}

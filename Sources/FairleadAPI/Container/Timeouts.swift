/// How long things may take.
public struct Timeouts: Sendable, Hashable, Codable {
    /// From a pod's creation until its program starts.
    public var pending: FairleadDuration?
    /// One attempt, from the program's start.
    public var attempt: FairleadDuration?
    /// All attempts together with what lies between them.
    public var total: FairleadDuration?

    /// Sets limits.
    public init(
        pending: FairleadDuration? = nil, attempt: FairleadDuration? = nil, total: FairleadDuration? = nil
    ) {
        self.pending = pending
        self.attempt = attempt
        self.total = total
    }

    /// These limits, with what they leave open taken from `defaults`.
    public func merged(over defaults: Timeouts?) -> Timeouts {
        Timeouts(
            pending: pending ?? defaults?.pending, attempt: attempt ?? defaults?.attempt,
            total: total ?? defaults?.total)
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case pending, attempt, total }
}

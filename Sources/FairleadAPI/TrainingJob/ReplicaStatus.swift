/// How the pods of one role stand.
public struct ReplicaStatus: Sendable, Hashable, Codable {
    /// How many are ready.
    public var ready: Int
    /// How many are not finished.
    public var active: Int
    /// How many succeeded.
    public var succeeded: Int
    /// How many failed.
    public var failed: Int

    /// Counts pods.
    public init(ready: Int = 0, active: Int = 0, succeeded: Int = 0, failed: Int = 0) {
        self.ready = ready
        self.active = active
        self.succeeded = succeeded
        self.failed = failed
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case ready, active, succeeded, failed }
}

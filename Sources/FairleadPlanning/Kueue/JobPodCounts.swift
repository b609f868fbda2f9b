/// How a job's pods stand, as far as a queue wants to know.
public struct JobPodCounts: Sendable, Hashable {
    /// How many have not ended, those that are being deleted among them.
    public var active: Int
    /// How many are ready, by role.
    public var ready: [String: Int]
    /// How many succeeded, by role.
    public var succeeded: [String: Int]

    /// Counts pods.
    public init(active: Int = 0, ready: [String: Int] = [:], succeeded: [String: Int] = [:]) {
        self.active = active
        self.ready = ready
        self.succeeded = succeeded
    }
}

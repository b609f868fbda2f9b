public import KubernetesCore

/// Something that is due: a time of a schedule, or the end of a run.
public struct TriggerSlot: Sendable, Hashable, Codable {
    /// The schedule's time, or when the run ended.
    public var time: Time
    /// The name of the run that ended.
    public var run: String?
    /// The identity of the run that ended.
    public var uid: String?

    /// A schedule's time.
    public init(time: Time) { self.time = time }

    /// The end of a run.
    public init(time: Time, run: String, uid: String) {
        self.time = time
        self.run = run
        self.uid = uid
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case time, run, uid }
}

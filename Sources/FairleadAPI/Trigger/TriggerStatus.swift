public import KubernetesCore

/// How a trigger stands.
public struct TriggerStatus: CustomStatus {
    /// The starts of a day.
    public struct Day: Sendable, Hashable, Codable {
        /// The day in the schedule's time zone, such as `2026-03-29`.
        public var date: String
        /// How many runs were started.
        public var starts: Int

        /// Counts starts.
        public init(date: String, starts: Int) {
            self.date = date
            self.starts = starts
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case date, starts }
    }

    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// The name of the source's field, for columns.
    public var source: String?
    /// The source that `decidedUntil` is about: another one counts from when it was seen.
    public var observedSource: String?
    /// How many of its runs are not finished.
    public var active: Int?
    /// The name of the run that was started last.
    public var lastRun: String?
    /// The newest slot for which a run was started.
    public var lastScheduleTime: Time?
    /// When a run was started last.
    public var lastStartTime: Time?
    /// When a run succeeded last.
    public var lastSuccessfulTime: Time?
    /// The next slot.
    public var nextScheduleTime: Time?
    /// Up to when every slot was started, left out, or put to those that wait.
    public var decidedUntil: Time?
    /// The marks of the runs that ended after `decidedUntil` and were decided on.
    public var decided: [String]
    /// Slots that wait for their turn.
    public var waiting: [TriggerSlot]
    /// How many slots were left out.
    public var missed: Int64?
    /// The newest slot that was left out.
    public var lastMissedTime: Time?
    /// The starts of the day of the last start.
    public var today: Day?
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() {
        decided = []
        waiting = []
        conditions = []
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case observedGeneration, source, observedSource, active, lastRun, lastScheduleTime, lastStartTime
        case lastSuccessfulTime, nextScheduleTime, decidedUntil, decided, waiting, missed, lastMissedTime, today
        case conditions
    }
}

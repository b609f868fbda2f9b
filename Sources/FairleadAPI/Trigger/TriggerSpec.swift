public import KubernetesCore

/// When a trigger starts something, what, and how much of it at a time.
public struct TriggerSpec: Sendable, Hashable, Codable {
    /// What happens to a slot while an earlier run goes on.
    public enum ConcurrencyPolicy: String, NamedValue {
        /// Both run.
        case allow = "Allow"
        /// The new one is left out.
        case forbid = "Forbid"
        /// The old one is deleted.
        case replace = "Replace"
        /// The new one waits.
        case queue = "Queue"
    }

    /// Times; exactly one of the sources is set.
    public var schedule: ScheduleSource?
    /// The ends of runs.
    public var run: RunSource?
    /// New versions of a model: not supported yet.
    public var modelVersion: JSONValue?
    /// A monitor's alarms: not supported yet.
    public var drift: JSONValue?
    /// A metric's value: not supported yet.
    public var metric: JSONValue?
    /// New files: not supported yet.
    public var data: JSONValue?
    /// What happens while an earlier run goes on; `Allow` where it is left out.
    public var concurrencyPolicy: ConcurrencyPolicy?
    /// How late a run may start, in seconds.
    public var startingDeadlineSeconds: Int64?
    /// The shortest time between two starts.
    public var cooldown: FairleadDuration?
    /// The most starts of a day in the schedule's time zone.
    public var maxPerDay: Int?
    /// Whether nothing is started.
    public var suspend: Bool?
    /// How many succeeded runs stay; 3 where it is left out.
    public var successfulRunsHistoryLimit: Int?
    /// How many failed or stopped runs stay; 3 where it is left out.
    public var failedRunsHistoryLimit: Int?
    /// How long after its time a run must be finished, before an alarm is raised.
    public var lateAfter: FairleadDuration?
    /// What is started.
    public var template: TriggerTemplate

    /// Starts runs at times.
    public init(schedule: ScheduleSource, template: TriggerTemplate) {
        self.schedule = schedule
        self.template = template
    }

    /// Starts runs when others end.
    public init(run: RunSource, template: TriggerTemplate) {
        self.run = run
        self.template = template
    }

    /// The source in words: the part of the spec that decides when something is due.
    public var sourceText: String? {
        if let schedule { return "schedule \(schedule.cron) \(schedule.effectiveTimeZone)" }
        return run.map { "run \($0.pipeline) \($0.effectivePhase.rawValue)" }
    }

    /// The name of the source's field.
    public var sourceName: String? { schedule != nil ? "schedule" : run != nil ? "run" : nil }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case schedule, run, modelVersion, drift, metric, data, concurrencyPolicy, startingDeadlineSeconds, cooldown
        case maxPerDay, suspend, successfulRunsHistoryLimit, failedRunsHistoryLimit, lateAfter, template
    }
}

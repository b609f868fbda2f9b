/// Times at which a trigger starts something.
public struct ScheduleSource: Sendable, Hashable, Codable {
    /// What happens to slots that came while nobody looked.
    public enum CatchUp: String, NamedValue {
        /// They are left out.
        case nothing = "None"
        /// The newest one is run.
        case latest = "Latest"
        /// They are run, up to `maxCatchUp` of them.
        case all = "All"
    }

    /// Five fields, as a Kubernetes CronJob takes them, or a word such as `@daily`.
    public var cron: String
    /// The IANA time zone in which `cron` is meant; UTC where it is left out.
    public var timeZone: String?
    /// What happens to slots that were missed; `None` where it is left out.
    public var catchUp: CatchUp?
    /// How many missed slots `All` runs; 10 where it is left out.
    public var maxCatchUp: Int?

    /// Names times.
    public init(cron: String, timeZone: String? = nil, catchUp: CatchUp? = nil, maxCatchUp: Int? = nil) {
        self.cron = cron
        self.timeZone = timeZone
        self.catchUp = catchUp
        self.maxCatchUp = maxCatchUp
    }

    /// The time zone that counts.
    public var effectiveTimeZone: String { timeZone ?? "UTC" }

    enum CodingKeys: String, CodingKey, CaseIterable { case cron, timeZone, catchUp, maxCatchUp }
}

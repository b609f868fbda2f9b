/// Minutes, hours, days and months at which something is due, as a Kubernetes CronJob reads them.
///
/// The rules are those of the standard parser of robfig/cron v3: five fields of lists of ranges with steps, names of
/// months and weekdays, and words such as `@daily`. Where both fields of days are restricted, a day that matches either
/// is taken; a field is unrestricted where one of its parts is `*` or `?` without a step above 1.
public struct CronExpression: Sendable, Hashable {
    /// The minutes of an hour, bit by bit.
    public let minutes: UInt64
    /// The hours of a day.
    public let hours: UInt64
    /// The days of a month, from bit 1.
    public let daysOfMonth: UInt64
    /// The months of a year, from bit 1.
    public let months: UInt64
    /// The days of a week; bit 0 is Sunday.
    public let daysOfWeek: UInt64
    /// Whether a day must match both fields of days, since one of them is unrestricted.
    public let needsBothDays: Bool

    /// Reads an expression.
    ///
    /// - Throws: `ExpressionError`, which names the field and has the position in the text.
    public init(_ text: String) throws(ExpressionError) {
        self = try CronParser.parse(text)
    }

    init(minute: CronField, hour: CronField, dayOfMonth: CronField, month: CronField, dayOfWeek: CronField) {
        minutes = minute.bits
        hours = hour.bits
        daysOfMonth = dayOfMonth.bits
        months = month.bits
        daysOfWeek = dayOfWeek.bits
        needsBothDays = dayOfMonth.isUnrestricted || dayOfWeek.isUnrestricted
    }

    /// Whether a month is one of those.
    public func matches(month: Int) -> Bool { Self.contains(months, month) }

    /// Whether a day of a month and of a week is one of those.
    public func matches(dayOfMonth: Int, dayOfWeek: Int) -> Bool {
        let (inMonth, inWeek) = (Self.contains(daysOfMonth, dayOfMonth), Self.contains(daysOfWeek, dayOfWeek))
        return needsBothDays ? inMonth && inWeek : inMonth || inWeek
    }

    private static func contains(_ bits: UInt64, _ value: Int) -> Bool { bits >> UInt64(value & 63) & 1 == 1 }

    /// Whether there is a day on which it is due, in whatever year.
    var hasOccurrence: Bool {
        // A weekday comes in every month, and on every day of a month in some year.
        if !needsBothDays { return true }
        return (1...12).contains { month in
            guard matches(month: month) else { return false }
            let longest = month == 2 ? 29 : [4, 6, 9, 11].contains(month) ? 30 : 31
            return (1...longest).contains { Self.contains(daysOfMonth, $0) }
        }
    }
}

/// One field of a cron expression.
struct CronField: Hashable {
    var bits: UInt64 = 0
    /// Whether any value will do.
    var isUnrestricted = false
}

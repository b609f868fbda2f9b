/// A day of the proleptic Gregorian calendar.
///
/// The conversions are those of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
public struct CivilDate: Sendable, Hashable {
    /// The year.
    public var year: Int
    /// The month, from 1.
    public var month: Int
    /// The day of the month, from 1.
    public var day: Int

    /// Names a day, which is taken as it is.
    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day so many days after 1970-01-01.
    public init(days: Int) {
        // Years begin in March here, so that the leap day is a year's last.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    public var days: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day of the year, from 0.
    var dayOfYear: Int { days - CivilDate(year: year, month: 1, day: 1).days }

    /// How many days a month has.
    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A moment as the clocks of a place show it.
struct CivilTime: Sendable, Hashable {
    let date: CivilDate
    let hour: Int
    let minute: Int
    let second: Int
    let milliseconds: Int
    /// 0 for Sunday.
    let dayOfWeek: Int

    init(_ timestamp: Timestamp, offset: Int) {
        let local = timestamp.seconds + Int64(offset)
        let days = (local >= 0 ? local : local - 86_399) / 86_400
        let clock = Int(local - days * 86_400)
        date = CivilDate(days: Int(days))
        hour = clock / 3600
        minute = clock / 60 % 60
        second = clock % 60
        milliseconds = Int(timestamp.nanoseconds / 1_000_000)
        dayOfWeek = Int(((days + 4) % 7 + 7) % 7)
    }
}

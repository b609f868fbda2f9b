public import Foundation

/// A point in time in RFC 3339 with whole seconds in UTC: Kubernetes' `metav1.Time`.
public struct Time: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Whole seconds since 1970.
    public var secondsSince1970: Int64

    /// The second in which `date` falls.
    public init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        secondsSince1970 = Int64(exactly: max(-1e15, min(1e15, seconds))) ?? 0
    }

    /// Reads `2026-01-02T03:04:05Z`, with or without a fraction, with `Z` or an offset.
    public init?(_ text: String) {
        guard let parsed = RFC3339.parse(text) else { return nil }
        secondsSince1970 = parsed.seconds
    }

    /// The same moment as Foundation's value.
    public var date: Date { Date(timeIntervalSince1970: Double(secondsSince1970)) }

    public var description: String { RFC3339.format(seconds: secondsSince1970) + "Z" }

    public static func < (left: Time, right: Time) -> Bool { left.secondsSince1970 < right.secondsSince1970 }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = Time(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no RFC 3339 time")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A point in time in RFC 3339 with exactly six fractional digits: Kubernetes' `metav1.MicroTime`.
public struct MicroTime: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Whole microseconds since 1970.
    public var microsecondsSince1970: Int64

    /// The microsecond in which `date` falls.
    public init(_ date: Date) {
        let micros = (date.timeIntervalSince1970 * 1_000_000).rounded(.down)
        microsecondsSince1970 = Int64(exactly: max(-1e18, min(1e18, micros))) ?? 0
    }

    /// Reads an RFC 3339 time with any number of fractional digits; those past the sixth are dropped.
    public init?(_ text: String) {
        guard let parsed = RFC3339.parse(text) else { return nil }
        microsecondsSince1970 = parsed.seconds * 1_000_000 + Int64(parsed.microseconds)
    }

    /// The same moment as Foundation's value.
    public var date: Date { Date(timeIntervalSince1970: Double(microsecondsSince1970) / 1_000_000) }

    public var description: String {
        var (seconds, micros) = microsecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000)
        if micros < 0 {
            micros += 1_000_000
            seconds -= 1
        }
        let digits = String(micros)
        return RFC3339.format(seconds: seconds) + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
    }

    public static func < (left: MicroTime, right: MicroTime) -> Bool {
        left.microsecondsSince1970 < right.microsecondsSince1970
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = MicroTime(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no RFC 3339 time")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// RFC 3339 by arithmetic on the proleptic Gregorian calendar: formatters cost too much for every pod event.
enum RFC3339 {
    static func format(seconds: Int64) -> String {
        var (days, inDay) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
        if inDay < 0 {
            inDay += 86_400
            days -= 1
        }
        let (year, month, day) = civil(fromDays: days)
        func pad(_ value: Int, _ width: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return
            "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(inDay / 3600)):\(pad(inDay / 60 % 60)):\(pad(inDay % 60))"
    }

    static func parse(_ text: String) -> (seconds: Int64, microseconds: Int)? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 64 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), bytes[4] == 0x2D, bytes[7] == 0x2D,
            bytes[10] | 0x20 == 0x74, bytes[13] == 0x3A, bytes[16] == 0x3A, (1...12).contains(month),
            (1...daysIn(month, of: year)).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var position = 19
        var micros = 0
        if bytes[position] == 0x2E {
            position += 1
            var digits = 0
            while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
                if digits < 6 {
                    micros = micros * 10 + Int(bytes[position] - 0x30)
                }
                digits += 1
                position += 1
            }
            if digits == 0 { return nil }
            for _ in 0..<max(0, 6 - digits) { micros *= 10 }
        }
        var seconds = Int64(days(year, month, day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        guard position < bytes.count else { return nil }
        if bytes[position] | 0x20 == 0x7A {
            return position + 1 == bytes.count ? (seconds, micros) : nil
        }
        guard bytes[position] == 0x2B || bytes[position] == 0x2D, position + 6 == bytes.count,
            bytes[position + 3] == 0x3A, let hours = number(position + 1..<position + 3),
            let minutes = number(position + 4..<position + 6), hours < 24, minutes < 60
        else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        seconds -= bytes[position] == 0x2B ? offset : -offset
        return (seconds, micros)
    }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 of a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

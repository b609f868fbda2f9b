/// A moment from the year 1 to the year 9999, with nanoseconds.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Whole seconds since the start of 1970, UTC.
    public let seconds: Int64
    /// Nanoseconds after them, from 0 to 999,999,999.
    public let nanoseconds: Int32

    static let secondsOfFirst: Int64 = -62_135_596_800
    static let secondsOfLast: Int64 = 253_402_300_799

    /// The moment; nil where it is not in the years 1 to 9999.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard (Self.secondsOfFirst...Self.secondsOfLast).contains(seconds), (0..<1_000_000_000).contains(nanoseconds)
        else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The moment that a text of RFC 3339 tells.
    public init?(_ text: String) {
        var scanner = ScalarScanner(text)
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), scanner.take("T") || scanner.take("t"),
            let hour = scanner.number(digits: 2), scanner.take(":"), let minute = scanner.number(digits: 2),
            scanner.take(":"), let second = scanner.number(digits: 2)
        else { return nil }
        var nanoseconds: Int32 = 0
        if scanner.take(".") {
            guard let fraction = scanner.fraction() else { return nil }
            nanoseconds = fraction
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        guard (1...12).contains(month), (1...CivilDate.days(in: month, of: year)).contains(day), hour < 24, minute < 60,
            second < 60
        else { return nil }
        let days = Int64(CivilDate(year: year, month: month, day: day).days)
        let clock = hour * 3600 + minute * 60 + second - offset
        self.init(seconds: days * 86_400 + Int64(clock), nanoseconds: nanoseconds)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The text of RFC 3339 in UTC, with as many fractional digits as it needs.
    public var description: String {
        let parts = CivilTime(self, offset: 0)
        var text =
            "\(Self.padded(parts.date.year, 4))-\(Self.padded(parts.date.month, 2))-\(Self.padded(parts.date.day, 2))"
        text += "T\(Self.padded(parts.hour, 2)):\(Self.padded(parts.minute, 2)):\(Self.padded(parts.second, 2))"
        if nanoseconds > 0 {
            var fraction = Self.padded(Int(nanoseconds), 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "." + fraction
        }
        return text + "Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The moment a duration later; nil outside the years 1 to 9999.
    func adding(_ duration: CELDuration) -> Timestamp? {
        let (seconds, overflow) = seconds.addingReportingOverflow(duration.seconds)
        guard !overflow else { return nil }
        let nanoseconds = nanoseconds + duration.nanoseconds
        if nanoseconds < 0 { return Timestamp(seconds: seconds - 1, nanoseconds: nanoseconds + 1_000_000_000) }
        if nanoseconds >= 1_000_000_000 {
            return Timestamp(seconds: seconds + 1, nanoseconds: nanoseconds - 1_000_000_000)
        }
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// The time since another moment; nil where it is no duration.
    func since(_ other: Timestamp) -> CELDuration? {
        CELDuration(seconds: seconds - other.seconds, carrying: nanoseconds - other.nanoseconds)
    }
}

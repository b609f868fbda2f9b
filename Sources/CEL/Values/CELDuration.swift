/// A span of time, up to some 292 years, with nanoseconds.
public struct CELDuration: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Whole seconds.
    public let seconds: Int64
    /// Nanoseconds beside them, of the same sign.
    public let nanoseconds: Int32

    /// The span; nil where it is too long, or the signs differ.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        let hasOneSign = seconds == 0 || nanoseconds == 0 || (seconds < 0) == (nanoseconds < 0)
        guard nanoseconds.magnitude < 1_000_000_000, hasOneSign, Self.total(seconds, nanoseconds) != nil else {
            return nil
        }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// All of it in nanoseconds, which must fit.
    private static func total(_ seconds: Int64, _ nanoseconds: Int32) -> Int64? {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return nil }
        let (sum, overflows) = product.addingReportingOverflow(Int64(nanoseconds))
        return overflows ? nil : sum
    }

    /// The span of seconds and nanoseconds of any sign.
    init?(seconds: Int64, carrying nanoseconds: Int32) {
        var seconds = seconds
        var nanoseconds = nanoseconds
        if nanoseconds >= 1_000_000_000 {
            seconds += 1
            nanoseconds -= 1_000_000_000
        } else if nanoseconds <= -1_000_000_000 {
            seconds -= 1
            nanoseconds += 1_000_000_000
        }
        if seconds > 0, nanoseconds < 0 {
            seconds -= 1
            nanoseconds += 1_000_000_000
        } else if seconds < 0, nanoseconds > 0 {
            seconds += 1
            nanoseconds -= 1_000_000_000
        }
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// The span in nanoseconds.
    init(totalNanoseconds: Int64) {
        seconds = totalNanoseconds / 1_000_000_000
        nanoseconds = Int32(totalNanoseconds % 1_000_000_000)
    }

    /// The span in nanoseconds.
    public var totalNanoseconds: Int64 { seconds * 1_000_000_000 + Int64(nanoseconds) }

    /// The span that a text tells: `1h30m`, `-1.5s`, `90ms`; with days, also `7d`.
    public init?(_ text: String, knowsDays: Bool = false) {
        var rest = Substring(text)
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest.removeFirst()
        }
        if rest == "0" {
            self.init(totalNanoseconds: 0)
            return
        }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = Self.part(&rest, knowsDays: knowsDays) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(isNegative ? -part : part)
            guard !overflow else { return nil }
            total = sum
        }
        self.init(totalNanoseconds: total)
    }

    /// One number with its unit, taken off the text's front, in nanoseconds.
    private static func part(_ rest: inout Substring, knowsDays: Bool) -> Int64? {
        let whole = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(fraction.count)
        }
        guard !(whole.isEmpty && fraction.isEmpty), whole.count < 20 else { return nil }
        let unit = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
        rest = rest.dropFirst(unit.count)
        guard let scale = Self.scale(unit, knowsDays: knowsDays), let number = Int64(whole.isEmpty ? "0" : whole) else {
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        // Digits under a nanosecond are cut off; fifteen are more than any unit has.
        let decimals = fraction.prefix(15)
        var small = 0.0
        if let digits = Double(decimals), !decimals.isEmpty {
            small = digits * (Double(scale) / Self.powerOfTen(decimals.count))
        }
        let (sum, overflows) = product.addingReportingOverflow(Int64(small))
        return overflow || overflows ? nil : sum
    }

    private static func powerOfTen(_ exponent: Int) -> Double { (0..<exponent).reduce(1.0) { power, _ in power * 10 } }

    private static func scale(_ unit: Substring, knowsDays: Bool) -> Int64? {
        switch unit {
        case "ns": 1
        case "us", "µs", "μs": 1000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        case "d": knowsDays ? 86_400_000_000_000 : nil
        default: nil
        }
    }

    public static func < (left: CELDuration, right: CELDuration) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Seconds with as many fractional digits as it needs: `90s`, `-0.5s`.
    public var description: String {
        var text = "\(seconds.magnitude)"
        if nanoseconds != 0 {
            let digits = String(nanoseconds.magnitude)
            var fraction = String(repeating: "0", count: 9 - digits.count) + digits
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "." + fraction
        }
        return (seconds < 0 || nanoseconds < 0 ? "-" : "") + text + "s"
    }

    func adding(_ other: CELDuration) -> CELDuration? {
        let (sum, overflow) = totalNanoseconds.addingReportingOverflow(other.totalNanoseconds)
        return overflow ? nil : CELDuration(totalNanoseconds: sum)
    }

    func subtracting(_ other: CELDuration) -> CELDuration? {
        let (difference, overflow) = totalNanoseconds.subtractingReportingOverflow(other.totalNanoseconds)
        return overflow ? nil : CELDuration(totalNanoseconds: difference)
    }

    var negated: CELDuration? {
        let (result, overflow) = Int64(0).subtractingReportingOverflow(totalNanoseconds)
        return overflow ? nil : CELDuration(totalNanoseconds: result)
    }
}

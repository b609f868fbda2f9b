/// A length of time as the API spells it: `90s`, `15m`, `2h`, `7d`, `1h30m`, `250ms`, `1.5h`.
public struct FairleadDuration: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The text as the user wrote it.
    public let text: String
    /// The length.
    public let duration: Duration

    /// Reads a duration; nil where the text is none, is negative, or is longer than 100 years.
    public init?(_ text: String) {
        guard let duration = Self.parse(text) else { return nil }
        self.text = text
        self.duration = duration
    }

    /// A whole number of seconds, spelt in the largest units that hold it.
    public init(seconds: Int64) {
        let seconds = min(max(0, seconds), Self.longest)
        duration = .seconds(seconds)
        text = Self.format(.seconds(seconds))
    }

    /// The length in seconds, rounded up.
    public var seconds: Int64 {
        let (seconds, attoseconds) = duration.components
        return attoseconds > 0 ? seconds + 1 : seconds
    }

    public var description: String { text }

    /// Two durations are equal where their lengths are, however they are spelt.
    public static func == (left: Self, right: Self) -> Bool { left.duration == right.duration }

    public func hash(into hasher: inout Hasher) { hasher.combine(duration) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let text = try? container.decode(String.self) else {
            throw FieldProblem(Self.expectation).error(at: decoder)
        }
        guard let value = Self(text) else {
            throw FieldProblem("\(Self.expectation), not \(Quoted.text(text))").error(at: decoder)
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// What a message says about a text that is no duration.
    static let expectation = "must be a duration such as 90s, 15m, 2h or 7d"

    private static let longest: Int64 = 100 * 366 * 86_400

    /// A length for people, in whole seconds and at most two units: `2d3h`, `1h30m`, `5m12s`, `45s`.
    public static func format(_ duration: Duration) -> String {
        let total = max(0, duration.components.seconds)
        let parts = [
            (total / 86_400, "d"), (total / 3600 % 24, "h"), (total / 60 % 60, "m"), (total % 60, "s"),
        ]
        guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0s" }
        return parts[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    }

    private static func parse(_ text: String) -> Duration? {
        guard !text.isEmpty, text.utf8.count <= 64 else { return nil }
        var rest = Substring(text)
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(String(digits)), digits.first != ".", digits.last != "." else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            guard let seconds = unitSeconds[String(unit)] else { return nil }
            rest = rest.dropFirst(unit.count)
            total += number * seconds
            guard total <= Double(longest) else { return nil }
        }
        return .milliseconds(Int64((total * 1000).rounded()))
    }

    private static let unitSeconds: [String: Double] = [
        "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800,
    ]
}

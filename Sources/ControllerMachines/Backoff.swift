/// Delays that grow from failure to failure and start over after a quiet time.
public struct Backoff: Sendable, Hashable {
    /// The first delay.
    public let initial: Duration
    /// By what each delay is longer than the one before.
    public let factor: Double
    /// The longest delay before jitter.
    public let cap: Duration
    /// How much of a delay may be added to it at random: 1 for up to twice the delay.
    public let jitter: Double
    /// After how long without a failure the delays start over; nil for never.
    public let resetAfter: Duration?
    /// Failures since the delays started over.
    public private(set) var failures = 0

    private var lastFailure: Duration?

    /// Describes delays.
    public init(
        initial: Duration, factor: Double = 2, cap: Duration, jitter: Double = 0, resetAfter: Duration? = nil
    ) {
        self.initial = initial
        self.factor = factor
        self.cap = cap
        self.jitter = jitter
        self.resetAfter = resetAfter
    }

    /// Notes a failure and returns how long to wait.
    ///
    /// - Parameters:
    ///   - now: Any monotonic time.
    ///   - random: From 0 to 1.
    public mutating func next(now: Duration, random: Double) -> Duration {
        if let resetAfter, let lastFailure, now - lastFailure > resetAfter { failures = 0 }
        lastFailure = now
        let base = delay(afterFailures: failures)
        failures = min(failures + 1, 1 << 20)
        return base + Self.duration((base / .seconds(1)) * jitter * max(0, min(1, random)))
    }

    /// The delay that follows a number of earlier failures, without jitter.
    public func delay(afterFailures count: Int) -> Duration {
        let limit = cap / .seconds(1)
        var seconds = initial / .seconds(1)
        var remaining = count
        while remaining > 0, seconds < limit, factor > 1 {
            seconds *= factor
            remaining -= 1
        }
        return seconds < limit ? Self.duration(seconds) : cap
    }

    /// Rounded, so that 0.8 s doubled is 1.6 s.
    private static func duration(_ seconds: Double) -> Duration {
        .microseconds(Int64((min(max(0, seconds), 1e12) * 1e6).rounded()))
    }

    /// Starts over.
    public mutating func reset() {
        failures = 0
        lastFailure = nil
    }
}

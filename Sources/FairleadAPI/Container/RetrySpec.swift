/// What happens after a failure that is the program's own.
public struct RetrySpec: Sendable, Hashable, Codable {
    /// How many times a failed attempt is followed by another; 0 where it is left out.
    public var max: Int?
    /// How long to wait before the next attempt.
    public var backoff: Backoff?
    /// Exceptions, of which the first that matches counts.
    public var rules: [RetryRule]
    /// What starts again; only in a TrainingJob, where the whole gang does if it is left out.
    public var scope: RetryScope?

    /// Says what happens after a failure.
    public init(
        max: Int? = nil, backoff: Backoff? = nil, rules: [RetryRule] = [], scope: RetryScope? = nil
    ) {
        self.max = max
        self.backoff = backoff
        self.rules = rules
        self.scope = scope
    }

    /// This policy, with what it leaves open taken from `defaults`.
    public func merged(over defaults: RetrySpec?) -> RetrySpec {
        RetrySpec(
            max: max ?? defaults?.max, backoff: backoff ?? defaults?.backoff,
            rules: rules.isEmpty ? defaults?.rules ?? [] : rules, scope: scope ?? defaults?.scope)
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case max, backoff, rules, scope }

    /// A wait that grows with each failure: `duration · factor^(n-1)`, at most `cap`.
    public struct Backoff: Sendable, Hashable, Codable {
        /// The first wait; 10 seconds where it is left out.
        public var duration: FairleadDuration?
        /// The growth; 2 where it is left out.
        public var factor: Double?
        /// The longest wait; 5 minutes where it is left out.
        public var cap: FairleadDuration?

        /// Says how long to wait.
        public init(duration: FairleadDuration? = nil, factor: Double? = nil, cap: FairleadDuration? = nil) {
            self.duration = duration
            self.factor = factor
            self.cap = cap
        }

        /// The wait after that many failures, counted from 1.
        public func delay(afterFailures failures: Int) -> Duration {
            let cap = self.cap?.duration ?? .seconds(300)
            let first = duration?.duration ?? .seconds(10)
            var seconds = Double(first.components.seconds) + Double(first.components.attoseconds) * 1e-18
            let limit = Double(cap.components.seconds) + Double(cap.components.attoseconds) * 1e-18
            let factor = Swift.max(1, self.factor ?? 2)
            for _ in 1..<Swift.max(2, Swift.min(failures, 1000)) where failures > 1 && seconds < limit {
                seconds *= factor
            }
            return .milliseconds(Int64((Swift.min(seconds, limit) * 1000).rounded()))
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case duration, factor, cap }
    }
}

/// What must hold of a new revision's answers at every step of its rollout.
public struct RolloutCheck: Sendable, Hashable, Codable {
    /// What is measured.
    public enum Metric: String, NamedValue {
        /// The share of requests that got no answer or one with status 500 or more.
        case errorRate
        case latencyP50
        case latencyP90
        case latencyP95
        case latencyP99

        /// The quantile of the latency, nil for what is no latency.
        public var quantile: Double? {
            switch self {
            case .errorRate: nil
            case .latencyP50: 0.5
            case .latencyP90: 0.9
            case .latencyP95: 0.95
            case .latencyP99: 0.99
            }
        }
    }

    /// What the measure is compared with.
    public enum Baseline: String, NamedValue {
        /// The same measure of the revision that served before.
        case stable = "Stable"
    }

    /// What is measured.
    public var metric: Metric
    /// The largest error rate; with `against` the largest multiple of the other's measure.
    public var max: Double?
    /// The largest latency.
    public var maxLatency: FairleadDuration?
    /// What the measure is compared with.
    public var against: Baseline?

    /// Describes a check.
    public init(
        metric: Metric, max: Double? = nil, maxLatency: FairleadDuration? = nil, against: Baseline? = nil
    ) {
        self.metric = metric
        self.max = max
        self.maxLatency = maxLatency
        self.against = against
    }

    /// The largest multiple of the other's measure, nil where none is compared with.
    public var factor: Double? { against == nil ? nil : max ?? 1.2 }

    enum CodingKeys: String, CodingKey, CaseIterable { case metric, max, maxLatency, against }
}

/// The requests of a revision that ended in a stretch of time, over all routers.
public struct RequestWindow: Sendable, Hashable {
    /// How many ended.
    public var requests: UInt64
    /// How many of them the service failed.
    public var errors: UInt64
    /// How long the answers took.
    public var latencies: LatencyHistogram

    /// Describes requests.
    public init(requests: UInt64 = 0, errors: UInt64 = 0, latencies: LatencyHistogram = LatencyHistogram()) {
        self.requests = requests
        self.errors = errors
        self.latencies = latencies
    }

    /// The share of failed ones, from 0 to 1; nil without requests.
    public var errorRate: Double? { requests > 0 ? Double(errors) / Double(requests) : nil }

    /// Adds others.
    public mutating func add(_ other: Self) {
        requests = requests.addingSaturated(other.requests)
        errors = errors.addingSaturated(other.errors)
        latencies.add(other.latencies)
    }

    /// What came after an earlier state of the same counters; one that shrank counts as nothing.
    public func since(_ earlier: Self) -> Self {
        Self(
            requests: requests > earlier.requests ? requests - earlier.requests : 0,
            errors: errors > earlier.errors ? errors - earlier.errors : 0,
            latencies: latencies.since(earlier.latencies))
    }
}

extension RevisionReport {
    /// Its counters.
    public var window: RequestWindow { RequestWindow(requests: requests, errors: errors, latencies: buckets) }
}

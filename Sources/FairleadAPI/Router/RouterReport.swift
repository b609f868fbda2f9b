public import KubernetesCore

/// What one router tells of its traffic: counters that only grow while it runs, and what is under way now.
///
/// Readers take differences, and treat the counters of a router with a new ``started`` as begun at 0 (``ReportSum``).
/// What is missing has not changed for ten minutes.
public struct RouterReport: Sendable, Hashable, Codable {
    /// The router's name: new for each of its pods.
    public var router: String
    /// When its counters began at 0.
    public var started: MicroTime
    /// When the report was made.
    public var at: MicroTime
    /// What it tells of each service, by `namespace/name`.
    public var services: [String: ServiceReport]

    /// Makes a report.
    public init(router: String, started: MicroTime, at: MicroTime, services: [String: ServiceReport] = [:]) {
        self.router = router
        self.started = started
        self.at = at
        self.services = services
    }
}

/// What a router tells of one service.
public struct ServiceReport: Sendable, Hashable, Codable {
    /// Of each of its revisions, by name.
    public var revisions: [String: RevisionReport]

    /// Makes a report.
    public init(revisions: [String: RevisionReport] = [:]) { self.revisions = revisions }
}

/// What a router tells of one revision.
public struct RevisionReport: Sendable, Hashable, Codable {
    /// Requests that a pod is working on now.
    public var inFlight: Int
    /// Requests that wait for a free place, or for the model to wake.
    public var waiting: Int
    /// Requests that came to an end.
    public var requests: UInt64
    /// Those among them that the service failed: answered with 5xx, or not at all.
    public var errors: UInt64
    /// How long the answers took.
    public var buckets: LatencyHistogram

    /// Makes a report.
    public init(
        inFlight: Int = 0, waiting: Int = 0, requests: UInt64 = 0, errors: UInt64 = 0,
        buckets: LatencyHistogram = LatencyHistogram()
    ) {
        self.inFlight = inFlight
        self.waiting = waiting
        self.requests = requests
        self.errors = errors
        self.buckets = buckets
    }

    /// Requests that are there now, whether they are worked on or wait.
    public var concurrency: Int { max(0, inFlight).addingSaturated(max(0, waiting)) }
}

extension Int {
    /// The sum, or the largest number where it is too large: counters come from outside.
    func addingSaturated(_ other: Int) -> Int {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? (other < 0 ? .min : .max) : sum
    }
}

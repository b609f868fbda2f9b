import FairleadAPI
import KubernetesCore

/// A revision's numbers at a moment.
struct RevisionMeasures: Sendable {
    var service: ObjectKey
    var revision: String
    var inFlight: Int
    var waiting: Int
    var counts: GateCounts

    /// What the router reports of it.
    var report: RevisionReport {
        RevisionReport(
            inFlight: inFlight, waiting: waiting, requests: counts.requests, errors: counts.errors,
            buckets: counts.latencies.histogram)
    }

    /// Adds the numbers of its explainer.
    mutating func add(explainer other: RevisionMeasures) {
        inFlight += other.inFlight
        waiting += other.waiting
        counts.add(explainer: other.counts)
    }
}

import FairleadAPI
import NIOCore

/// What a gate counts since it is there.
struct GateCounts: Sendable {
    /// Requests that came to an end.
    private(set) var requests: UInt64 = 0
    /// Those of them that the service failed.
    private(set) var errors: UInt64 = 0
    /// How long the answers took.
    private(set) var latencies = TimedCounts()
    /// How long it took from a request for a model that slept until there was a pod.
    private(set) var wakes = TimedCounts()
    /// By ``AnswerClass``.
    private(set) var classes = [UInt64](repeating: 0, count: AnswerClass.allCases.count)
    /// Requests that went to another pod, since the first took no connection.
    private(set) var retries: UInt64 = 0
    /// Requests that got no place, by reason.
    private(set) var refusals: [Refusal: UInt64] = [:]
    /// Copies that found no free place.
    private(set) var lostCopies: UInt64 = 0
    private(set) var requestBytes: UInt64 = 0
    private(set) var responseBytes: UInt64 = 0

    mutating func count(_ end: PassageEnd) {
        requests += 1
        if end.isError { errors += 1 }
        classes[AnswerClass(end).rawValue] += 1
        requestBytes &+= UInt64(max(0, end.requestBytes))
        responseBytes &+= UInt64(max(0, end.responseBytes))
        if case .answered = end.outcome { latencies.count(end.total) }
    }

    /// Counts a request that got no place: to its client that is a 5xx.
    mutating func count(_ refusal: Refusal) {
        requests += 1
        errors += 1
        classes[AnswerClass.failed.rawValue] += 1
        refusals[refusal, default: 0] += 1
    }

    mutating func countRetry() { retries += 1 }

    mutating func countLostCopy() { lostCopies += 1 }

    mutating func countWake(_ time: TimeAmount) { wakes.count(time) }

    /// Adds what an explainer's gate counted: how long explanations take says nothing about the model.
    mutating func add(explainer other: GateCounts) {
        requests += other.requests
        errors += other.errors
        for index in classes.indices { classes[index] += other.classes[index] }
        retries += other.retries
        refusals.merge(other.refusals, uniquingKeysWith: +)
        requestBytes &+= other.requestBytes
        responseBytes &+= other.responseBytes
    }
}

import FairleadAPI
import Foundation
import HeapModule
import KubernetesCore

/// What happens to replicas that are made again one by one: their totals, and whose time has come.
struct ReplicaRestarts: Sendable {
    /// Whether replicas are made again one by one at all.
    let isActive: Bool
    /// Members whose pod changed.
    var dirty: Set<Int> = []
    /// Members whose next pod is due.
    var due: Set<Int> = []
    /// Members that are not made again.
    var abandoned: Set<Int> = []
    /// When members' next pods are due.
    var timers = Heap<MemberTimer>()
    /// Until when it is not decided what a member's end means.
    var settling: [Int: Date] = [:]
    /// Since when the platform disturbs the gang, nil where all of it runs.
    var disturbedSince: Date?
    /// What a member's end means for the job.
    var verdict: FirstCause?

    private var sums = Totals()
    private var base = Totals()
    /// What the status told, before the pods did.
    private var told: Totals?

    private struct Totals: Sendable, Equatable {
        var restarts = 0
        var failures = 0
        var disruptions = 0
    }

    init(status: TrainingJobStatus, shape: GangShape) {
        isActive = shape.scope == .replica
        guard isActive else { return }
        told = Totals(
            restarts: status.restarts ?? 0, failures: status.failures ?? 0, disruptions: status.disruptions ?? 0)
        let restarting = status.conditions[type: JobCondition.restarting.rawValue]
        let reasons: [Reason] = [.preempted, .evicted, .nodeLost]
        if restarting?.status == .isTrue, reasons.contains(where: { $0.rawValue == restarting?.reason }) {
            disturbedSince = restarting?.lastTransitionTime.date
        }
    }

    var restarts: Int { base.restarts + sums.restarts }
    var failures: Int { base.failures + sums.failures }
    var disruptions: Int { base.disruptions + sums.disruptions }

    mutating func count(_ view: MemberView, _ sign: Int) {
        guard isActive else { return }
        sums.restarts += sign * max(0, view.attempt - view.gangAttempt)
        sums.failures += sign * view.failures
        sums.disruptions += sign * view.disruptions
    }

    /// Takes what the status told beyond what the pods tell: it belongs to attempts that are over.
    mutating func settleTotals() {
        guard let told else { return }
        self.told = nil
        base = Totals(
            restarts: max(0, told.restarts - sums.restarts), failures: max(0, told.failures - sums.failures),
            disruptions: max(0, told.disruptions - sums.disruptions))
    }

    /// Begins an attempt of the whole gang.
    mutating func begin() {
        settleTotals()
        base = Totals(restarts: restarts, failures: failures, disruptions: disruptions)
        sums = Totals()
        dirty = []
        due = []
        abandoned = []
        settling = [:]
        verdict = nil
        disturbedSince = nil
    }
}

/// A moment at which a member must be looked at again.
struct MemberTimer: Comparable, Sendable {
    var due: Date
    var ordinal: Int

    static func < (left: MemberTimer, right: MemberTimer) -> Bool {
        (left.due, left.ordinal) < (right.due, right.ordinal)
    }
}

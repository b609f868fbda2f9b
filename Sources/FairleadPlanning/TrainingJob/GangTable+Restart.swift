import FairleadAPI
public import Foundation
import KubernetesCore

extension GangTable {
    /// Begins the gang's next attempt after a failure: its pods are made when those that there are have gone.
    mutating func restart(after cause: FirstCause, _ budget: RestartBudget, now: Date) {
        keep(cause)
        begin(attempt + 1)
        failures = budget.failures
        disruptions = budget.disruptions
        restarts += 1
        lastCause = cause
        isAfterFailure = true
        restartAt = (cause.at ?? now).addingTimeInterval(budget.delay.seconds)
    }

    /// Has the job without pods, or lets it have some again; what they did is in their checkpoint.
    mutating func suspend(_ isSuspended: Bool) {
        if isSuspended, hasPods {
            // The number of every pod that is made later is higher than that of any there was.
            let newest = replicas.isActive ? members.lazy.compactMap { $0?.attempt }.max() ?? attempt : attempt
            begin(newest + 1)
            lastCause = nil
            restartAt = nil
        }
        guard self.isSuspended != isSuspended else { return }
        self.isSuspended = isSuspended
        revision += 1
    }

    /// What a status tells that is built now.
    var flush: JobFlush { JobFlush(attempt: attempt, revision: revision, events: events.count) }

    /// Takes the news that a status stands in the job.
    public mutating func didFlush(_ flush: JobFlush, now: Date) {
        recordedAttempt = max(recordedAttempt, flush.attempt)
        flushedRevision = flush.revision
        events.removeFirst(min(flush.events, events.count))
        lastFlush = now
    }

    /// Takes the news that a step's pods were made, or that one was refused.
    public mutating func didCreate(allSucceeded: Bool) {
        createWindow = allSucceeded ? min(createWindow * 2, RunTable.largestWindow) : 1
        if allSucceeded, hindrance != nil {
            hindrance = nil
            revision += 1
        }
    }

    /// Takes the news that something was refused which may be granted later: until then nothing more is made.
    ///
    /// - Parameters:
    ///   - message: What the server says.
    ///   - now: The time.
    public mutating func hinder(_ message: String, now: Date) {
        if hindrance?.message != message { revision += 1 }
        hindrance = Hindrance(message, since: hindrance?.since ?? now, now: now)
    }

    /// Takes the news that pods which are being deleted were told to hurry.
    public mutating func didHurry(_ pods: [String]) { hurried.formUnion(pods) }

    /// Takes the news that what pods need beside themselves is there.
    public mutating func didPrepare(_ gang: GangScheduling) {
        self.gang = gang
        hindrance = nil
        revision += 1
    }

    /// Takes the news that a pod was released.
    public mutating func didRelease(pod: String) {
        keepsakes[pod] = nil
        staleHeld.remove(pod)
    }

    /// Takes the news that a pod was deleted by force.
    public mutating func didForce(pod: String) { overdue[pod] = nil }

    /// Takes the news of the versions that the leader's artifacts became.
    public mutating func didRegister(_ models: [String]) {
        self.models = models
        revision += 1
    }

    /// Takes the news that the job's pods can't be made at all.
    public mutating func refuse(_ problem: TaskProblem) {
        refusal = refusal ?? problem
        revision += 1
    }
}

import FairleadAPI
import Foundation
import HeapModule
import KubernetesCore

extension GangTable {
    /// Decides for each replica that ended whether, and when, it is made again.
    mutating func advanceReplicas(now: Date) {
        while let timer = replicas.timers.min, timer.due <= now {
            replicas.timers.removeMin()
            replicas.dirty.insert(timer.ordinal)
        }
        let dirty = replicas.dirty.sorted()
        replicas.dirty.removeAll(keepingCapacity: true)
        // What the platform did first explains what programs did then.
        for ordinal in dirty { note(members[ordinal], now: now) }
        if isUp, failing.isEmpty, troubled.isEmpty { replicas.disturbedSince = nil }
        for ordinal in dirty { settle(ordinal, now: now) }
    }

    private mutating func note(_ view: MemberView?, now: Date) {
        guard let cause = view?.cause ?? view?.evidence, cause.isDisruption else { return }
        let since = cause.at ?? now
        replicas.disturbedSince = min(replicas.disturbedSince ?? since, since)
    }

    private mutating func settle(_ ordinal: Int, now: Date) {
        replicas.due.remove(ordinal)
        if members[ordinal]?.cause == nil { replicas.settling[ordinal] = nil }
        guard let view = members[ordinal], view.hasEnded, let cause = view.cause, !isFinishing else { return }
        if shape.isElastic, !cause.isDisruption {
            // What the platform did to a peer, and caused this, may not be told yet.
            let due = replicas.settling[ordinal] ?? min(cause.at ?? now, now).addingTimeInterval(Self.settleTime)
            replicas.settling[ordinal] = due
            if due > now {
                replicas.timers.insert(MemberTimer(due: due, ordinal: ordinal))
                return
            }
        }
        let judged = RestartBudget(
            after: excused(cause).outcome, failures: view.failures, disruptions: view.disruptions, shape: shape)
        guard judged.mayRestart else {
            if shape.isElastic, !judged.isUserFailure {
                // The others go on while they are enough.
                replicas.abandoned.insert(ordinal)
                let left = shape.roles[shape.role(of: ordinal)]
                let gone = replicas.abandoned.count { shape.role(of: $0) == shape.role(of: ordinal) }
                if left.count - gone >= left.minimum { return }
            }
            if replicas.verdict.map(cause.precedes) ?? true { replicas.verdict = cause }
            return
        }
        let due = (cause.at ?? now).addingTimeInterval(judged.delay.seconds)
        if due <= now {
            replicas.due.insert(ordinal)
        } else {
            replicas.timers.insert(MemberTimer(due: due, ordinal: ordinal))
        }
        revision += 1
    }

    /// The cause as it counts: where an elastic gang lost a member, the others' ends are that loss's.
    private func excused(_ cause: FirstCause) -> FirstCause {
        guard shape.isElastic, !cause.isDisruption, let since = replicas.disturbedSince, let at = cause.at, since <= at
        else { return cause }
        var excused = cause
        excused.outcome = .disrupted(reason: .evicted, message: cause.outcome.failure?.message ?? "")
        return excused
    }

    /// The attempt of a member's next pod, and what it is told of earlier ones.
    func budget(_ ordinal: Int) -> AttemptBudget {
        guard let view = members[ordinal], let cause = view.cause else {
            return AttemptBudget(attempt: attempt, failures: failures, disruptions: disruptions)
        }
        let judged = RestartBudget(
            after: excused(cause).outcome, failures: view.failures, disruptions: view.disruptions, shape: shape)
        return AttemptBudget(
            attempt: view.attempt + 1, failures: judged.failures, disruptions: judged.disruptions)
    }
}

import FairleadAPI
public import Foundation
import HeapModule
import KubernetesCore

extension GangTable {
    /// Works through everything that changed, and through everything whose time has come.
    public mutating func advance(now: Date) {
        while let timer = forceTimers.min, timer.due <= now {
            forceTimers.removeMin()
            if let view = view(of: timer.pod), isOverdue(view, now: now) { overdue[timer.pod] = view }
        }
        if firstCreated != nil, admitted == nil, counts.allSatisfy({ $0.gated == 0 }) {
            admitted = counts.contains { $0.queued > 0 } ? now : firstCreated
        }
        if !hasRun, isUp, hasPods {
            hasRun = true
            revision += 1
        }
        failingSince = failing.isEmpty ? nil : failingSince ?? now
        guard replicas.isActive else { return }
        replicas.settleTotals()
        advanceReplicas(now: now)
    }

    /// When something must be looked at again although nothing happens.
    var nextTimer: Date? { [forceTimers.min?.due, replicas.timers.min?.due].compactMap(\.self).min() }

    private func view(of pod: String) -> MemberView? {
        stale[pod] ?? members.lazy.compactMap(\.self).first { $0.pod == pod }
    }

    private func isOverdue(_ view: MemberView, now: Date) -> Bool {
        guard view.isBeingDeleted, view.isOnLostNode, !view.hasEnded, let due = view.deletionDue else { return false }
        return due.addingTimeInterval(Self.forceGrace) <= now
    }

    /// The event that ended the gang's attempt; nil while nothing did.
    ///
    /// Where something says that the platform struck a member before, that is the cause: others may have noticed it
    /// sooner than the platform said so.
    func firstCause() -> FirstCause? {
        var first: FirstCause?
        for cause in failing.lazy.compactMap({ members[$0]?.cause }) where first.map(cause.precedes) ?? true {
            first = cause
        }
        guard var cause = first else { return strayCause }
        for evidence in troubled.lazy.compactMap({ members[$0]?.evidence }) where evidence.precedes(cause) {
            cause = evidence
        }
        return cause
    }

    /// Until when others may still tell what caused a program's end; nil where nobody does.
    ///
    /// It is never later than that time after the end was heard of, whatever the node's clock says.
    func settled(_ cause: FirstCause) -> Date? {
        guard !cause.isDisruption, !cause.pod.isEmpty, let failingSince, counts.contains(where: { $0.active > 0 })
        else {
            return nil
        }
        return min(cause.at ?? failingSince, failingSince).addingTimeInterval(Self.settleTime)
    }

    /// Pods of one attempt that fetched different commits of a branch: the next attempt is told which to fetch.
    private var strayCause: FirstCause? {
        guard shape.scope == .gang, let view = strays.min().flatMap({ members[$0] }), let code = view.code else {
            return nil
        }
        let message = "\(view.place) fetched commit \(code.commit) of \(code.key), others \(commits[code.key] ?? "")"
        return FirstCause(view, .disrupted(reason: .artifactStoreFailed, message: message), at: nil)
    }

    /// A member of which nothing is left although all of the gang ran; nil where there is none.
    func missingCause() -> FirstCause? {
        guard hasRun, shape.scope == .gang, counts.reduce(0, { $0 + $1.present }) < shape.count,
            let ordinal = members.firstIndex(where: { $0 == nil })
        else { return nil }
        let outcome = PodOutcome.disrupted(
            reason: .evicted, message: "the pod of \(shape.name(of: ordinal)) is gone")
        return FirstCause(ordinal: ordinal, pod: "", outcome: outcome, at: nil)
    }

    /// Whether pods are missing that the status says there were: a list that is sure to be new must tell.
    public var needsProof: Bool { missingCause() != nil }

    /// When the gang's time to come up is over, nil where it has none or is not measured now.
    var pendingDeadline: Date? {
        guard !hasRun, let limit = shape.pendingTimeout, let since = admitted ?? hindrance?.since else { return nil }
        return since.addingTimeInterval(limit.seconds)
    }

    /// What it means that the gang did not come up in time.
    func pendingCause(now: Date) -> FirstCause? {
        guard let due = pendingDeadline, due <= now else { return nil }
        let message = "the gang did not come up within timeouts.pending" + (waitingStory().map { ": \($0)" } ?? "")
        return FirstCause(
            ordinal: shape.leader, pod: "",
            outcome: .failed(reason: .pendingTimeout, message: message, exitCode: nil), at: due)
    }

    /// Which members wait, and for what: told at a flush, not at an event.
    func waitingStory() -> String? {
        let waiting = members.indices.filter { members[$0].map { !$0.isUp && !$0.hasEnded } ?? true }
        guard let first = waiting.first else { return nil }
        let shown = waiting.prefix(3).map(shape.name(of:)).joined(separator: ", ")
        let rest = waiting.count > 3 ? " and \(waiting.count - 3) more" : ""
        let verb = waiting.count == 1 ? "does" : "do"
        var story = "\(shown)\(rest) of \(shape.count) \(verb) not run"
        let told = waiting.lazy.prefix(64).compactMap { ordinal -> String? in
            guard case .pending(_, let message)? = members[ordinal]?.outcome, !message.isEmpty else { return nil }
            return message
        }.first
        if let told {
            story += ": \(told)"
        } else if let hindrance {
            story += ": \(hindrance.message)"
        } else if members[first] == nil {
            let isLauncher = shape.roles[shape.role(of: first)].isLauncher
            story += isLauncher ? ": it waits until the workers are ready" : ": no pod is made yet"
        }
        return story
    }

    /// Why members wait, for programs; nil where they don't say it.
    var waitingReason: Reason? {
        for case let view? in members {
            if case .pending(let reason?, _) = view.outcome { return reason }
        }
        return nil
    }

    /// Whether the job has succeeded.
    var hasSucceeded: Bool {
        if shape.isElastic { return isFinishing && !zip(shape.roles, counts).contains { $0.isAwaited && $1.isBusy } }
        if shape.endsWithLeader { return leader?.outcome.isSuccess ?? false }
        return zip(shape.roles, counts).allSatisfy { !$0.isAwaited || $1.succeeded == $0.count }
    }

    /// Whether an elastic job's work is done, so that nobody joins it any more.
    var isFinishing: Bool {
        guard shape.isElastic else { return false }
        if leader?.outcome.isSuccess == true { return true }
        if shape.endsWithLeader { return false }
        return zip(shape.roles, counts).allSatisfy { !$0.isAwaited || ($0.minimum > 0 && $1.succeeded >= $0.minimum) }
    }

    /// The members whose pods may be made now, in their order.
    ///
    /// - Parameters:
    ///   - limit: The most that are wanted.
    ///   - most: The most members of a role, where somebody grants fewer than there are.
    func startable(limit: Int, most: [String: Int] = [:]) -> [Int] {
        var ordinals: [Int] = []
        let startsLaunchers = isReadyForLauncher
        for ordinal in replicas.due.sorted() where ordinals.count < limit {
            let isLauncher = shape.roles[shape.role(of: ordinal)].isLauncher
            if !isLauncher || startsLaunchers { ordinals.append(ordinal) }
        }
        for role in shape.roles.indices where ordinals.count < limit {
            if shape.roles[role].isLauncher, !startsLaunchers { continue }
            let all = shape.members(of: role)
            guard counts[role].present < all.count else { continue }
            for ordinal in all.prefix(most[shape.roles[role].name] ?? all.count) where members[ordinal] == nil {
                guard ordinals.count < limit else { break }
                ordinals.append(ordinal)
            }
        }
        // Of an elastic job not all pods may find a place, but the others meet at the leader's.
        return shape.isElastic && ordinals.contains(shape.leader) ? [shape.leader] : ordinals
    }
}

extension RoleCounts {
    /// Whether programs run.
    fileprivate var isBusy: Bool { up > succeeded }
}

import FairleadAPI
import Foundation
import HeapModule
public import KubernetesCore

extension GangTable {
    /// Takes a pod's newest view.
    public mutating func fold(_ pod: PodView) {
        guard let ordinal = shape.ordinal(of: pod.metadata) else { return }
        fold(MemberView(pod, ordinal: ordinal, shape: shape))
    }

    private mutating func fold(_ view: MemberView) {
        if let code = view.code, commits[code.key] == nil {
            commits[code.key] = code.commit
            revision += 1
        }
        if let known = known(view.pod, view.ordinal) {
            if known == view || (known.isGone && known.uid == view.uid) { return }
            if let new = view.resourceVersion, let old = known.resourceVersion, old != new, old.isAtLeast(new) == true {
                return
            }
        }
        place(view)
    }

    /// Takes the news that a pod is gone.
    public mutating func remove(_ metadata: ObjectMeta) {
        guard let ordinal = shape.ordinal(of: metadata), var known = known(metadata.name, ordinal),
            known.uid == metadata.uid
        else { return }
        overdue[metadata.name] = nil
        hurried.remove(metadata.name)
        keepsakes[metadata.name] = nil
        if stale[metadata.name] != nil {
            setStale(metadata.name, nil)
        } else {
            known.vanish()
            setMember(ordinal, known)
        }
    }

    private func known(_ pod: String, _ ordinal: Int) -> MemberView? {
        if let view = members[ordinal], view.pod == pod { return view }
        return stale[pod]
    }

    /// Puts a view where it belongs.
    private mutating func place(_ view: MemberView) {
        if view.gangAttempt > attempt {
            // The status was lost: the pods know better.
            begin(view.gangAttempt)
            guard shape.scope == .gang else { return place(view) }
            failures = max(failures, view.failures)
            disruptions = max(disruptions, view.disruptions)
            restarts = max(restarts, failures + disruptions)
        }
        guard view.gangAttempt == attempt else { return setStale(view.pod, view) }
        guard let current = members[view.ordinal], current.pod != view.pod else {
            return setMember(view.ordinal, view)
        }
        if view.attempt > current.attempt {
            setMember(view.ordinal, view)
            if !current.isGone { setStale(current.pod, current) }
        } else {
            setStale(view.pod, view)
        }
    }

    /// Begins an attempt: every pod that there is becomes stale.
    mutating func begin(_ attempt: Int) {
        self.attempt = attempt
        let views = members
        members = Array(repeating: nil, count: shape.count)
        counts = Array(repeating: RoleCounts(), count: shape.roles.count)
        failing = []
        troubled = []
        strays = []
        replicas.begin()
        hasRun = false
        gang = nil
        firstCreated = nil
        admitted = nil
        hindrance = nil
        isAfterFailure = false
        failingSince = nil
        createWindow = RunTable.smallestWindow
        revision += 1
        for case let view? in views where !view.isGone { setStale(view.pod, view) }
    }

    private mutating func setMember(_ ordinal: Int, _ view: MemberView) {
        let role = shape.role(of: ordinal)
        if let old = members[ordinal] {
            counts[role].count(old, -1)
            replicas.count(old, -1)
        }
        members[ordinal] = view
        counts[role].count(view, 1)
        replicas.count(view, 1)
        replicas.dirty.insert(ordinal)
        if view.cause == nil { failing.remove(ordinal) } else { failing.insert(ordinal) }
        if view.evidence == nil { troubled.remove(ordinal) } else { troubled.insert(ordinal) }
        let isStray = view.code.map { commits[$0.key] != $0.commit } ?? false
        if isStray { strays.insert(ordinal) } else { strays.remove(ordinal) }
        if let created = view.createdAt { firstCreated = min(firstCreated ?? created, created) }
        watch(view)
        revision += 1
    }

    private mutating func setStale(_ pod: String, _ view: MemberView?) {
        stale[pod] = view
        if let view, view.gangAttempt == attempt, view.isHeld, view.outcome.isTerminal, !view.isBeingDeleted {
            // Its successor was made: what it left is kept as that of a task's attempt.
            keepsakes[pod] = view
        }
        let isKept = view.map { keepsakes[pod] != nil || ($0.isRecorded && $0.outcome.isTerminal) } ?? false
        set(&staleAlive, pod, view.map { !$0.hasEnded } ?? false)
        set(&staleHeld, pod, view.map { $0.isHeld && keepsakes[pod] == nil } ?? false)
        set(&staleUndeleted, pod, view.map { !$0.isBeingDeleted && !isKept } ?? false)
        set(&staleLingering, pod, view.map { $0.lingers } ?? false)
        if let view {
            if !view.isHeld { keepsakes[pod] = nil }
            watch(view)
        }
        revision += 1
    }

    private func set(_ names: inout Set<String>, _ name: String, _ isMember: Bool) {
        if isMember { names.insert(name) } else { names.remove(name) }
    }

    /// Has a deleted pod on a lost node looked at again when its time is over.
    private mutating func watch(_ view: MemberView) {
        guard view.isBeingDeleted, view.isOnLostNode, !view.hasEnded, let due = view.deletionDue else {
            overdue[view.pod] = nil
            return
        }
        forceTimers.insert(PodTimer(due: due.addingTimeInterval(Self.forceGrace), pod: view.pod))
    }

    /// Keeps an ended pod of the attempt that is over, for people who look for its log.
    mutating func keep(_ cause: FirstCause) {
        guard let view = members[cause.ordinal], view.pod == cause.pod, view.outcome.isTerminal, !view.isBeingDeleted,
            !view.isGone
        else { return }
        keepsakes[view.pod] = view
    }
}

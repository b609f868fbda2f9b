import FairleadAPI
import KubernetesCore

extension TriggerRound {
    /// How many missed slots are counted at most.
    private static let mostCounted = 1000

    /// The slots of a schedule since the last look that are to be started; the others are left out.
    mutating func due(
        _ source: ScheduleSource, _ schedule: CronSchedule, _ spec: TriggerSpec, since: Time
    ) -> [TriggerCandidate] {
        var slots: [TriggerSlot] = []
        var bound = Time(secondsSince1970: now.secondsSince1970 + 1)
        while slots.count < Self.mostCounted, let time = schedule.previous(before: bound), time > since {
            slots.append(TriggerSlot(time: time))
            bound = time
        }
        guard let newest = slots.first else { return [] }
        status.decidedUntil = now
        // Those that were started and not written down, by a controller that was stopped in between.
        let known = slots.filter { runs[name(of: $0)] != nil }
        let missed = slots.filter { runs[name(of: $0)] == nil }
        let catchUp = source.catchUp ?? .nothing
        let deadline = spec.startingDeadlineSeconds ?? (catchUp == .nothing ? Int64(TriggerPlanner.grace) : nil)
        let inTime = missed.filter { slot in deadline.map { age(of: slot) <= $0 } ?? true }
        let wanted: [TriggerSlot]
        switch catchUp {
        case .nothing, .latest: wanted = inTime.first == newest ? [newest] : []
        case .all: wanted = Array(inTime.prefix(source.maxCatchUp ?? 10))
        }
        let left = missed.filter { !wanted.contains($0) }
        let isMany = slots.count == Self.mostCounted
        leaveOut(
            left, reason: "SlotsMissed",
            "they were due while no controller looked\(isMany ? ", as were perhaps others before" : ""), "
                + "catchUp is \(catchUp.rawValue)\(deadline.map { ", and \($0)s is the most that a run may start late" } ?? "")"
        )
        let isCatchingUp =
            catchUp == .all
            && (wanted.count > 1 || age(of: newest) > Int64(TriggerPlanner.grace))
        let mayWait = isCatchingUp || spec.concurrencyPolicy == .queue
        return (known + wanted).sorted { $0.time < $1.time }.map { TriggerCandidate(slot: $0, mayWait: mayWait) }
    }

    /// The ends of runs since the last look.
    mutating func due(_ source: RunSource, _ spec: TriggerSpec, since: Time) -> [TriggerCandidate] {
        if status.decidedUntil == nil { status.decidedUntil = since }
        let known = Set(status.decided)
        var decided: [(time: Time, mark: String)] = []
        var slots: [TriggerSlot] = []
        for run in observed.sources where run.status.phase == source.effectivePhase.runPhase {
            guard run.spec.value?.pipeline == source.pipeline, let time = run.status.completionTime, time > since else {
                continue
            }
            let mark = TriggerNaming.mark(uid: run.metadata.uid)
            if known.contains(mark) {
                decided.append((time, mark))
            } else {
                slots.append(TriggerSlot(time: time, run: run.metadata.name, uid: run.metadata.uid))
            }
        }
        slots.sort { ($0.time, $0.uid ?? "") < ($1.time, $1.uid ?? "") }
        let isAll = slots.count <= TriggerPlanner.startsPerPlan
        if !isAll {
            slots.removeLast(slots.count - TriggerPlanner.startsPerPlan)
            isCutShort = true
        }
        decided += slots.map { ($0.time, TriggerNaming.mark(uid: $0.uid ?? "")) }
        decided.sort { ($0.time, $0.mark) < ($1.time, $1.mark) }
        // A run that is gone never ends again. Ends may be told out of order, so the newest ones are told apart by
        // their marks; what is older than those is over.
        if isAll, decided.count > TriggerPlanner.marks {
            let until = decided[decided.count - TriggerPlanner.marks - 1].time
            status.decidedUntil = until
            decided.removeAll { $0.time <= until }
        }
        status.decided = decided.map(\.mark)
        let mayWait = spec.concurrencyPolicy == .queue
        return slots.map { TriggerCandidate(slot: $0, mayWait: mayWait) }
    }

    func name(of slot: TriggerSlot) -> String {
        TriggerNaming.runName(trigger: trigger.metadata.name, slot: slot)
    }
}

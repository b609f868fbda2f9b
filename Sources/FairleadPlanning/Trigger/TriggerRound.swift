import FairleadAPI
import Foundation
import KubernetesCore

/// One plan of a trigger while it is made.
struct TriggerRound {
    let trigger: Trigger
    let observed: TriggerPlanner.Observed
    let date: Date
    let now: Time
    /// The trigger's runs and jobs by name, backfills left out: those are their command's business.
    let runs: [String: TriggerChild]
    var status: TriggerStatus
    var creates: [TriggerAction] = []
    var deletes: [TriggerAction] = []
    var notes: [PlannedEvent] = []
    /// Runs that are not finished, those of this plan included, by name; the value is the slot's time.
    var active: [String: Time]
    var wake: Time?
    var isCutShort = false

    init(_ observed: TriggerPlanner.Observed, now: Date) {
        self.observed = observed
        date = now
        self.now = Time(now)
        trigger = observed.trigger
        status = trigger.status
        let own = observed.runs.filter { $0.metadata.labels[FairleadLabel.backfill] == nil }
        runs = Dictionary(own.map { ($0.metadata.name, $0) }, uniquingKeysWith: { first, _ in first })
        active = runs.filter(\.value.isActive).mapValues(\.slotTime)
    }

    mutating func plan() -> Plan<TriggerAction> {
        status.observedGeneration = trigger.metadata.generation
        let problems = TriggerValidator.validate(trigger)
        let spec = trigger.spec.value
        status.source = spec?.sourceName
        if let spec, problems.isEmpty {
            run(spec)
        } else {
            status.nextScheduleTime = nil
            setUnready(reason: Reason.invalidSpec.rawValue, message: InvalidSpec(problems).message, isWarning: true)
        }
        for run in runs.values where run.hasSucceeded {
            if let time = run.completionTime {
                status.lastSuccessfulTime = max(status.lastSuccessfulTime ?? time, time)
            }
        }
        raiseAlarms(spec?.lateAfter)
        status.active = active.count
        var actions = creates + deletes
        if status != trigger.status { actions.append(.patchStatus(status)) }
        actions += notes.map(TriggerAction.note)
        // Last: what is cleared away here stands in the status already.
        if let spec { actions += outdated(spec) }
        if isCutShort { return Plan(actions, wake: .now) }
        guard let wake else { return Plan(actions) }
        let wait = (wake.date.timeIntervalSince(date) * 1000).rounded(.up)
        return Plan(actions, wake: .after(.milliseconds(Int64(max(1, wait)))))
    }

    private mutating func run(_ spec: TriggerSpec) {
        guard spec.suspend != true else {
            status.nextScheduleTime = nil
            return setUnready(reason: Reason.suspended.rawValue, message: "spec.suspend is true", isWarning: false)
        }
        let ready = status.conditions[type: TriggerCondition.ready.rawValue]
        let wasStopped = ready?.status == .isFalse && !TriggerPipelines.reasons.contains(ready?.reason ?? "")
        let isNewSource = status.observedSource != nil && status.observedSource != spec.sourceText
        var since = status.decidedUntil ?? trigger.metadata.creationTimestamp ?? now
        // A mark that lies days ahead was written by a clock that was wrong, and would stop the trigger until then.
        let isAhead = since > now.advanced(by: 86_400)
        if wasStopped || isNewSource || isAhead {
            // What came meanwhile was not wanted, and slots of another schedule were never missed.
            since = isAhead ? now : max(since, now)
            status.decidedUntil = since
            status.decided = []
        }
        if wasStopped { status.waiting = [] }
        status.observedSource = spec.sourceText
        if let misfit = observed.pipelines?.misfit(spec) {
            setUnready(reason: misfit.reason, message: misfit.message, isWarning: true)
        } else {
            set(.ready, .isTrue, reason: "Valid", message: "")
        }
        let due: [TriggerCandidate]
        if let source = spec.schedule, let schedule = CronSchedule(source) {
            due = self.due(source, schedule, spec, since: since)
            status.nextScheduleTime = schedule.next(after: max(now, since))
        } else {
            due = spec.run.map { self.due($0, spec, since: since) } ?? []
            status.nextScheduleTime = nil
        }
        dispatch(due, spec)
        if let next = status.nextScheduleTime { wakeUp(at: next) }
    }

    private mutating func setUnready(reason: String, message: String, isWarning: Bool) {
        let old = status.conditions[type: TriggerCondition.ready.rawValue]
        set(.ready, .isFalse, reason: reason, message: message)
        if isWarning, old?.reason != reason || old?.message != message {
            notes.append(PlannedEvent(isWarning: true, reason: reason, note: message))
        }
    }

    mutating func set(_ type: TriggerCondition, _ value: Condition.Status, reason: String, message: String) {
        status.conditions.set(
            Condition(
                type: type.rawValue, status: value, reason: reason, message: message,
                observedGeneration: status.observedGeneration, lastTransitionTime: now))
    }

    /// Looks again at that time, or before.
    mutating func wakeUp(at time: Time) { wake = wake.map { min($0, time) } ?? time }

    /// Counts slots that get no run, and tells why.
    mutating func leaveOut(_ slots: [TriggerSlot], atLeast: Int = 0, reason: String, _ why: String) {
        guard let first = slots.map(\.time).min(), let last = slots.map(\.time).max() else { return }
        let count = max(slots.count, atLeast)
        status.missed = (status.missed ?? 0) + Int64(count)
        status.lastMissedTime = max(status.lastMissedTime ?? last, last)
        let what =
            count == 1
            ? slots[0].run.map { "the end of run \($0)" } ?? "the slot \(first)"
            : "\(count) slots from \(first) to \(last)"
        notes.append(PlannedEvent(isWarning: true, reason: reason, note: "left out \(what): \(why)"))
    }

    /// What messages call something that the trigger started, or will start.
    func noun(_ name: String? = nil) -> String {
        let type = name.flatMap { runs[$0]?.type } ?? trigger.spec.value?.template.child?.type
        return TriggerChild.noun(type ?? .pipelineRun)
    }
}

/// A slot that is to be started.
struct TriggerCandidate {
    var slot: TriggerSlot
    /// Whether it waits for its turn where it cannot be started now; else it is left out.
    var mayWait: Bool
}

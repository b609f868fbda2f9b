public import FairleadAPI
public import Foundation
import KubernetesCore

/// Decides what a started training job needs next.
public enum TrainingJobPlanner {
    /// How long a survivor of a failed attempt has to end, in seconds, where its own grace period is that of an upload.
    public static let hurriedGrace: Int64 = 60

    /// Plans the next step of a job that has started.
    ///
    /// - Parameters:
    ///   - job: The job as last observed.
    ///   - fixed: What it runs.
    ///   - table: Its pods, folded; the plan works through what changed in it.
    ///   - surroundings: What else decides.
    ///   - settings: What the controller was started with.
    ///   - now: The time.
    /// - Returns: The actions in order. Nothing is planned that an earlier action's failure would make wrong.
    public static func plan(
        job: TrainingJob, fixed: FixedJob, table: inout GangTable, surroundings: JobSurroundings,
        settings: PlanningSettings, now: Date
    ) -> Plan<TrainingJobAction> {
        table.advance(now: now)
        let isSuspended = job.spec.value?.suspend == true || surroundings.queueStory != nil
        switch GangVerdict.decide(job, table, isSuspended: isSuspended, now: now) {
        case .ends(let end):
            return self.end(end, job: job, fixed: fixed, table: table, surroundings, settings, now: now)
        case .restarts(let cause, let budget):
            let story = GangVerdict.story(of: cause, table)
            table.restart(after: cause, budget, now: now)
            table.events.append(
                PlannedEvent(isWarning: true, reason: "Restarting", note: "\(cause.reason.rawValue): \(story)"))
        case .settles(let due): return Plan(wake: Wake.onChange.sooner(of: due, now: now))
        case .goesOn: break
        }
        let wasSuspended = table.isSuspended
        table.suspend(isSuspended)
        if wasSuspended != isSuspended { table.events.append(note(isSuspended, surroundings)) }
        var plan = Plan<TrainingJobAction>()
        flush(job, fixed, table, surroundings, now, &plan)
        clear(&table, &plan)
        if !isSuspended { start(job, fixed, &table, surroundings, settings, now, &plan) }
        wake(job, table, now, &plan)
        // Nothing will tell that a queue which refused the job would not do so again.
        if case .refused = surroundings.admission {
            plan.wake = plan.wake.sooner(of: now.addingTimeInterval(30), now: now)
        }
        return plan
    }

    private static func note(_ isSuspended: Bool, _ surroundings: JobSurroundings) -> PlannedEvent {
        guard isSuspended else { return PlannedEvent(reason: "Resumed", note: "pods are made again") }
        if let story = surroundings.queueStory { return PlannedEvent(reason: "Queued", note: story) }
        return PlannedEvent(reason: "Suspended", note: "spec.suspend is true")
    }

    /// Writes the status where it changed; at once where an attempt begins, since nothing of that is done before.
    private static func flush(
        _ job: TrainingJob, _ fixed: FixedJob, _ table: GangTable, _ surroundings: JobSurroundings,
        _ now: Date, _ plan: inout Plan<TrainingJobAction>
    ) {
        // Metrics come into the status by another's hand.
        let isProgressOld = job.status.progress != JobProgress.text(job.status.metrics, phase: job.status.phase)
        guard table.isStatusDirty || isProgressOld || job.status.observedGeneration != job.metadata.generation else {
            return
        }
        // What places the pods is told before there are any: they all belong to the same group or to none.
        let tellsGang = table.gang.map { $0.problem == nil && $0.mode.rawValue != job.status.gang } ?? false
        let isUrgent = table.recordedAttempt != table.attempt || !table.events.isEmpty || tellsGang
        if !isUrgent, let last = table.lastFlush {
            let due = last.addingTimeInterval(PipelineRunPlanner.flushInterval)
            if due > now {
                plan.wake = plan.wake.sooner(of: due, now: now)
                return
            }
        }
        let status = JobStatusBuilder.status(
            job: job, fixed: fixed, table: table, surroundings: surroundings, now: now)
        plan.actions.append(.patchStatus(status, flushing: table.flush))
        if job.status.specRef == nil {
            let count = table.shape.count
            let framework = fixed.spec.framework.map { " of \($0.rawValue)" } ?? ""
            plan.actions.append(
                .note(
                    PlannedEvent(
                        reason: "Started", note: "\(count) \(count == 1 ? "node" : "nodes")\(framework)")))
        }
        plan.actions += table.events.map(TrainingJobAction.note)
        if let change = status.conditions.specChange(since: job.status.conditions) {
            plan.actions.append(.note(change))
        }
        if status.phase == .running, job.status.phase != .running {
            let up = table.counts.reduce(0) { $0 + $1.up }
            plan.actions.append(
                .note(PlannedEvent(reason: "Running", note: "\(up) of \(table.shape.count) pods run")))
        }
    }

    /// Lets go of the pods of older attempts, and deletes them.
    private static func clear(_ table: inout GangTable, _ plan: inout Plan<TrainingJobAction>) {
        let batch = PipelineRunPlanner.releaseBatch
        if !table.keepsakes.isEmpty {
            plan.actions.append(.releasePods(table.keepsakes.values.sorted { $0.pod < $1.pod }, recorded: true))
        }
        func views(_ names: Set<String>) -> [MemberView] {
            names.sorted().prefix(batch).compactMap { table.stale[$0] }
        }
        let undeleted = views(table.staleUndeleted)
        if !undeleted.isEmpty {
            // Who waits in a collective for a peer that is dead may not hear SIGTERM: the next attempt waits for it.
            plan.actions.append(.deletePods(undeleted, isHurried: table.isAfterFailure))
        }
        let lingering = table.lingering
        if !lingering.isEmpty { plan.actions.append(.deletePods(lingering, isHurried: true)) }
        let held = views(table.staleHeld)
        if !held.isEmpty { plan.actions.append(.releasePods(held, recorded: false)) }
        let overdue = table.overdue.values.sorted { $0.pod < $1.pod }
        if !overdue.isEmpty {
            plan.actions.append(.forcePods(overdue))
            for view in overdue.prefix(10) {
                plan.actions.append(
                    .note(
                        PlannedEvent(
                            isWarning: true, reason: "ForceDeleted",
                            note: "\(view.place) did not end in time: its node is lost")))
            }
        }
        if table.staleUndeleted.count > batch || table.staleHeld.count > batch { plan.wake = .now }
    }

    private static func wake(
        _ job: TrainingJob, _ table: GangTable, _ now: Date, _ plan: inout Plan<TrainingJobAction>
    ) {
        let deadline = GangVerdict.deadline(job, table.shape)?.due
        let restart = table.restartAt.flatMap { $0 > now ? $0 : nil }
        let retry = table.hindrance.flatMap { $0.retryAt > now ? $0.retryAt : nil }
        for due in [table.nextTimer, table.pendingDeadline, restart, retry, table.isSuspended ? nil : deadline] {
            if let due { plan.wake = plan.wake.sooner(of: due, now: now) }
        }
    }
}

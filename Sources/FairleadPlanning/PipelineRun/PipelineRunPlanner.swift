public import FairleadAPI
public import Foundation
public import KubernetesCore

/// Decides what a started run needs next.
public enum PipelineRunPlanner {
    /// Attempts that preemption, eviction and lost nodes may cost a task.
    public static let platformRetries = Limits.published.platformRetries
    /// The shortest time between two writes of a run's status, in seconds; its first and its last write don't wait.
    public static let flushInterval = 0.3
    /// The most pods released in one step.
    static let releaseBatch = 256
    /// How long a finished run stays, where it says nothing else.
    public static let timeToLive = Int64(Limits.published.ttlSecondsAfterFinished)

    /// Plans the next step of a run that has started.
    ///
    /// - Parameters:
    ///   - run: The run as last observed.
    ///   - fixed: What it runs.
    ///   - table: Its pods, folded; the plan works through what changed in it.
    ///   - settings: What the controller was started with.
    ///   - now: The time.
    /// - Returns: The actions in order. Nothing is planned that an earlier action's failure would make wrong.
    public static func plan(
        run: PipelineRun, fixed: FixedRun, table: inout RunTable, settings: PlanningSettings, now: Date
    ) -> Plan<PipelineRunAction> {
        halt(run, &table, now: now)
        if run.spec.value?.suspend == true { table.forgetRefusals() }
        table.advance(now: now)
        open(run: run, fixed: fixed, table: &table, now: now)
        var plan = Plan<PipelineRunAction>()
        let pods = RunPods(run: run, fixed: fixed, settings: settings)
        let starts = starts(of: pods, table: &table, now: now)
        // Before the status tells that the task has failed, which it may have since something could not start.
        if !table.unreadLogs.isEmpty { return Plan([.readLogs(table.unreadLogs)]) }
        let services = ServiceRequests(run: run, fixed: fixed, services: settings.services, now: now).due(&table)
        let models = ModelRequests(run: run, fixed: fixed, pods: pods, now: now).due(&table)
        // Before the status tells that the task has ended: what is told is not looked at again.
        if !models.isEmpty { plan.actions.append(.registerModels(models)) }
        if !services.isEmpty { plan.actions.append(.applyServices(services)) }
        writeLists(run, table, &plan)
        flush(run, fixed, table, now, &plan)
        end(run, table, &plan)
        release(run, table, &plan)
        if !starts.pods.isEmpty { plan.actions.append(.createPods(starts.pods)) }
        if !starts.children.isEmpty { plan.actions.append(.createChildren(starts.children)) }
        if !starts.lookups.isEmpty { plan.actions.append(.lookUpCache(starts.lookups)) }
        if let due = table.heldUntil(now: now) { plan.wake = plan.wake.sooner(of: due, now: now) }
        if let timer = table.nextTimer { plan.wake = plan.wake.sooner(of: timer, now: now) }
        if let deadline = deadline(run), table.halt == nil { plan.wake = plan.wake.sooner(of: deadline, now: now) }
        return plan
    }

    /// Plans for a run that is finished or being deleted: nothing keeps its pods, and no new one is made.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - pods: The run's pods.
    ///   - now: The time.
    public static func planEnd(run: PipelineRun, pods: [PodView], now: Date) -> Plan<PipelineRunAction> {
        let isDeleted = run.metadata.isBeingDeleted
        let notices = pods.filter { $0.metadata.labels[NotificationPod.label] != nil }
        let pods = pods.filter { $0.metadata.labels[NotificationPod.label] == nil }
        let shape = RunShape.TaskShape(name: "")
        let views = pods.map { AttemptView($0, shape: shape) }.sorted { $0.pod < $1.pod }
        let running = views.filter { !$0.outcome.isTerminal && !$0.isBeingDeleted }
        let held = views.filter { $0.isHeld && ($0.outcome.isTerminal || $0.isBeingDeleted || isDeleted) }
        var plan = Plan<PipelineRunAction>()
        if !running.isEmpty { plan.actions.append(.deletePods(Array(running.prefix(releaseBatch)))) }
        if !held.isEmpty {
            plan.actions.append(.releasePods(Array(held.prefix(releaseBatch)), recorded: !isDeleted))
        }
        if held.count > releaseBatch || running.count > releaseBatch { plan.wake = .now }
        guard !isDeleted, let ended = run.status.completionTime else { return plan }
        let isRemovable = pods.contains {
            PodRemoval.takes($0, run: run) && !$0.metadata.isBeingDeleted
                && !$0.metadata.finalizers.contains(PodNaming.outcomeFinalizer)
        }
        if isRemovable, let selector = PodRemoval.selector(run: run) {
            plan.actions.append(.removePods(selector: selector))
        }
        NotificationPlanner.end(run, notices, now: now, &plan)
        // A nested run goes with the run that it belongs to.
        if run.metadata.controller?.kind == ResourceType.pipelineRun.gvk.kind { return plan }
        let seconds = run.spec.value?.ttlSecondsAfterFinished ?? timeToLive
        let due = ended.date.addingTimeInterval(Double(max(0, seconds)))
        if due <= now, plan.actions.isEmpty, run.status.notifications.allSatisfy(\.phase.isTerminal) {
            return Plan([.deleteRun])
        }
        plan.wake = plan.wake.sooner(of: due, now: now)
        return plan
    }

    private static func flush(
        _ run: PipelineRun, _ fixed: FixedRun, _ table: RunTable, _ now: Date, _ plan: inout Plan<PipelineRunAction>
    ) {
        let isJudged = run.status.observedGeneration == run.metadata.generation
        guard table.isStatusDirty || run.status.owesNotifications || !isJudged else { return }
        if !table.isOver, let last = table.lastFlush {
            let due = last.addingTimeInterval(flushInterval)
            if due > now {
                plan.wake = plan.wake.sooner(of: due, now: now)
                return
            }
        }
        let status = RunStatusBuilder.status(run: run, fixed: fixed, table: table, now: now)
        let outputs = ItemOutputs.chunks(of: table.unflushed, table, run: run)
        if !outputs.isEmpty { plan.actions.append(.writeItemOutputs(outputs)) }
        let computed = CachePlanner(run: run, fixed: fixed).records(of: table.unflushed, table)
        if !computed.isEmpty { plan.actions.append(.writeCache(computed)) }
        let notifications = NotificationPlanner.requests(run)
        if !notifications.isEmpty { plan.actions.append(.sendNotifications(notifications)) }
        let flush = Flush(
            items: table.unflushed.count, tasks: table.unflushedTasks.count, revision: table.revision)
        plan.actions.append(.patchStatus(status, flushing: flush))
        if run.status.specRef == nil {
            let count = table.shape.tasks.count
            let what = fixed.pipeline.map { " of pipeline \($0)" } ?? ""
            plan.actions.append(
                .note(
                    PlannedEvent(
                        isWarning: false, reason: "Started", note: "\(count) task\(count == 1 ? "" : "s")\(what)")))
        }
        plan.actions += notes(table, status)
        if let change = status.conditions.specChange(since: run.status.conditions) {
            plan.actions.append(.note(change))
        }
        plan.actions += NotificationPlanner.undelivered(
            run.status.notifications, status.notifications, table.notices
        ).map(PipelineRunAction.note)
    }

    private static func notes(_ table: RunTable, _ status: PipelineRunStatus) -> [PipelineRunAction] {
        var notes: [PipelineRunAction] = []
        for index in table.unflushedTasks {
            guard let record = table.entries[index].record, record.hasFailed else { continue }
            // What was stopped with the run is no failure; a nested run or a job that somebody stopped is one.
            guard record.phase == .failed || table.halt == nil else { continue }
            let reason = record.reason?.rawValue ?? "Failed"
            notes.append(
                .note(
                    PlannedEvent(
                        isWarning: true, reason: "TaskFailed",
                        note: "task \(record.name): \(reason): \(record.message ?? "")")))
            if notes.count == 10 { break }
        }
        if let phase = status.phase, phase.isTerminal {
            let note = "\(status.progress ?? "") tasks in \(status.duration ?? "0s")"
            let message = status.message.map { ": \($0)" } ?? ""
            notes.append(
                .note(
                    PlannedEvent(
                        isWarning: phase != .succeeded, reason: phase.rawValue, note: note + message)))
        }
        return notes
    }
}

extension Wake {
    /// The earlier of this and a point in time.
    func sooner(of due: Date, now: Date) -> Wake {
        let wait = Duration.milliseconds(Int64(max(0, min(due.timeIntervalSince(now), 86_400 * 30) * 1000)) + 1)
        switch self {
        case .now: return .now
        case .onChange: return .after(wait)
        case .after(let other): return .after(min(other, wait))
        }
    }
}

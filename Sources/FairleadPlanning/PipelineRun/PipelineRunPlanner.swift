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
        table.advance(now: now)
        var plan = Plan<PipelineRunAction>()
        let requests = requests(run: run, fixed: fixed, table: &table, settings: settings, now: now)
        flush(run, fixed, table, now, &plan)
        let expired = table.expired.values.filter { !$0.isBeingDeleted }.sorted { $0.pod < $1.pod }
        if !expired.isEmpty { plan.actions.append(.deletePods(expired)) }
        release(table, &plan)
        if !requests.isEmpty {
            plan.actions.append(.createPods(requests))
        }
        if let timer = table.nextTimer { plan.wake = plan.wake.sooner(of: timer, now: now) }
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
        let seconds = run.spec.value?.ttlSecondsAfterFinished ?? timeToLive
        let due = ended.date.addingTimeInterval(Double(max(0, seconds)))
        if due <= now, plan.actions.isEmpty { return Plan([.deleteRun]) }
        plan.wake = plan.wake.sooner(of: due, now: now)
        return plan
    }

    private static func flush(
        _ run: PipelineRun, _ fixed: FixedRun, _ table: RunTable, _ now: Date, _ plan: inout Plan<PipelineRunAction>
    ) {
        guard table.isStatusDirty else { return }
        if !table.isOver, let last = table.lastFlush {
            let due = last.addingTimeInterval(flushInterval)
            if due > now {
                plan.wake = plan.wake.sooner(of: due, now: now)
                return
            }
        }
        let status = RunStatusBuilder.status(run: run, fixed: fixed, table: table, now: now)
        plan.actions.append(.patchStatus(status, flushing: table.unflushed.count))
        if run.status.startTime == nil {
            let count = table.shape.tasks.count
            let what = fixed.pipeline.map { " of pipeline \($0)" } ?? ""
            plan.actions.append(
                .note(
                    PlannedEvent(
                        isWarning: false, reason: "Started", note: "\(count) task\(count == 1 ? "" : "s")\(what)")))
        }
        plan.actions += notes(table, status)
    }

    private static func release(_ table: RunTable, _ plan: inout Plan<PipelineRunAction>) {
        guard !table.releasable.isEmpty else { return }
        let views = table.releasable.values.sorted { $0.pod < $1.pod }
        plan.actions.append(.releasePods(Array(views.prefix(releaseBatch)), recorded: true))
        if views.count > releaseBatch { plan.wake = .now }
    }

    /// The pods to be made now: in the order of the tasks, within the limits of the run and of the step.
    private static func requests(
        run: PipelineRun, fixed: FixedRun, table: inout RunTable, settings: PlanningSettings, now: Date
    ) -> [PodRequest] {
        if run.spec.value?.suspend == true { return [] }
        let room = table.shape.maxParallelTasks.map { max(0, $0 - table.active) } ?? Int.max
        let count = min(room, table.createWindow)
        guard count > 0, !table.ready.isEmpty else { return [] }
        var requests: [PodRequest] = []
        let builder = PodBuilder(run: run, fixed: fixed, settings: settings)
        for index in table.ready.sorted().prefix(count) {
            switch builder.pod(index, table) {
            case .success(let request): requests.append(request)
            case .failure(let error): table.fail(index, reason: error.reason, message: error.message, now: now)
            }
        }
        if requests.isEmpty { table.advance(now: now) }
        return requests
    }

    private static func notes(_ table: RunTable, _ status: PipelineRunStatus) -> [PipelineRunAction] {
        var notes: [PipelineRunAction] = []
        for index in table.unflushed {
            guard let record = table.entries[index].record, record.phase == .failed else { continue }
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

extension RunTable {
    /// Whether every task has ended.
    public var isOver: Bool { finished == shape.tasks.count }
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

public import FairleadAPI
public import Foundation
import KubernetesCore

/// Builds a run's status from its table; called at a flush, a few times a second at most.
public enum RunStatusBuilder {
    /// The whole status as it should be.
    public static func status(run: PipelineRun, fixed: FixedRun, table: RunTable, now: Date) -> PipelineRunStatus {
        var status = standing(run: run, fixed: fixed, table: table, now: now)
        let asking = table.shape.approvals.filter { status.tasks[$0].phase == .suspended }.map { status.tasks[$0].name }
        // The pods of those that stand in the status are made before it is written.
        status.notifications = NotificationPlanner.settled(
            run.status.notifications, pods: table.notices, isGone: false)
        status.notifications = NotificationPlanner.owed(
            status, fixed.spec.notifications, run: run.metadata, asking: asking)
        return status
    }

    private static func standing(
        run: PipelineRun, fixed: FixedRun, table: RunTable, now: Date
    ) -> PipelineRunStatus {
        var status = run.status
        if status.observedGeneration != run.metadata.generation {
            status.conditions.tellSpecChanged(
                fixed.changes(in: run.spec), "run", generation: run.metadata.generation, now: now)
        }
        status.observedGeneration = run.metadata.generation
        status.startTime = status.startTime ?? Time(now)
        status.specRef = PodNaming.specName(run: run.metadata.name)
        status.progress = "\(table.finished)/\(table.shape.tasks.count)"
        status.tasks = table.shape.tasks.indices.map { task($0, fixed, table, run: run) }
        status.graph = graph(table)
        status.commits = table.commits
        guard table.isOver else {
            let isSuspended = run.spec.value?.suspend == true && table.active == 0
            let isQueued = run.spec.value?.queue != nil && table.isGated
            status.phase = isSuspended ? .suspended : isQueued ? .queued : .running
            status.reason = isSuspended ? .suspended : isQueued ? .queued : .running
            let awaited = status.tasks.filter { $0.phase == .suspended }
            status.message = awaited.isEmpty ? nil : awaited.compactMap(\.message).joined(separator: "; ")
            let reason = status.reason ?? .running
            setConditions(&status, .unknown, reason: reason, message: "\(status.progress ?? "") tasks ended", now)
            return status
        }
        end(&status, run: run, fixed: fixed, table: table, now: now)
        return status
    }

    /// The status of a run that can't be started, or not yet.
    ///
    /// - Parameter specs: What its pipeline asks to be told, where that is known.
    public static func unstarted(
        run: PipelineRun, phase: PipelineRunStatus.Phase, reason: Reason, message: String,
        telling specs: [NotificationSpec] = [], now: Date
    ) -> PipelineRunStatus {
        var status = run.status
        status.observedGeneration = run.metadata.generation
        status.phase = phase
        status.reason = reason
        status.message = message
        if phase.isTerminal {
            status.startTime = status.startTime ?? Time(now)
            status.completionTime = Time(now)
            status.duration = "0s"
            status.notifications = NotificationPlanner.owed(status, specs, run: run.metadata)
        }
        setConditions(&status, phase.isTerminal ? .isFalse : .unknown, reason: reason, message: message, now)
        return status
    }

    /// A status that no longer fits into an object: the run fails, and says so.
    public static func tooLarge(_ status: PipelineRunStatus, run: PipelineRun, now: Date) -> PipelineRunStatus {
        var small = run.status
        small.tasks = []
        small.results = [:]
        small.graph = nil
        small.progress = status.progress
        small.completionTime = Time(now)
        fail(&small, .statusTooLarge, "the status of the run's tasks no longer fits into an object", now)
        return small
    }

    private static func task(_ index: Int, _ fixed: FixedRun, _ table: RunTable, run: PipelineRun) -> TaskStatus {
        let entry = table.entries[index]
        if let record = entry.record { return record }
        var status = TaskStatus(name: table.shape.tasks[index].name, phase: .pending)
        status.startTime = (entry.firstCreated ?? entry.opened).map { Time($0) }
        status.waitingSince = entry.wait.map { Time($0.since) }
        if table.shape.tasks[index].isMapped {
            guard entry.items != nil || entry.ended > 0 else { return status }
            status.phase = .running
            status.logs = entry.logs
            status.map = MapStatus(
                total: entry.total ?? entry.ended, active: entry.active,
                completedIndexes: entry.completed.isEmpty ? nil : entry.completed.text,
                failedIndexes: entry.failed.isEmpty ? nil : entry.failed.text(limit: TaskEntry.shownFailures))
            status.reason = entry.firstFailure?.reason
            let stories = [entry.firstFailure?.story, table.waitingStory(index)].compactMap { $0 }
            status.message =
                stories.isEmpty
                ? entry.cache.waiting.min { $0.key < $1.key }.map { "item \($0.key) \($0.value.story)" }
                : stories.joined(separator: "\n")
            return status
        }
        if entry.items != nil, table.shape.tasks[index].isApproval,
            case .approval(let gate)? = fixed.task(at: index)?.work
        {
            status.phase = .suspended
            status.reason = .suspended
            let question = entry.question ?? gate.message ?? "approval needed"
            status.message = "\(question) (fairlead approve \(run.metadata.name) \(status.name))"
            return status
        }
        if let applied = table.applied[index] {
            status.phase = .running
            status.message = applied.story
        }
        attempt(of: entry, &status)
        if entry.newest?.outcome.isTerminal ?? true, let story = table.waitingStory(index) {
            // What it waits for now comes before how its last attempt ended.
            status.message = [story, entry.newest == nil ? nil : status.message].compactMap { $0 }
                .joined(separator: "\n")
        }
        return status
    }

    private static func attempt(of entry: TaskEntry, _ status: inout TaskStatus) {
        if let waiting = entry.cache.waiting[0] {
            status.phase = .queued
            status.reason = .queued
            status.message = waiting.story
        }
        guard let newest = entry.newest else { return }
        status.attempts = newest.attempt
        status.child = newest.child == nil ? nil : newest.pod
        switch newest.outcome {
        case .pending(let reason, let message):
            if newest.isGated { status.phase = .queued }
            status.reason = newest.isGated ? .queued : reason
            status.message = message.isEmpty ? nil : message
        case .running: status.phase = .running
        case .failed(let reason, let message, _), .disrupted(let reason, let message):
            status.reason = reason
            status.message = "attempt \(newest.attempt): \(message)"
        case .succeeded: break
        }
    }

    private static func graph(_ table: RunTable) -> String {
        let nodes = table.shape.tasks.map { task in
            GraphRenderer.Node(
                name: task.name, dependencies: task.dependencies.map { table.shape.tasks[$0].name },
                isFinally: task.isFinally)
        }
        // A text that grows with the square of the tasks helps nobody; `fairlead graph` draws any size.
        return nodes.count > 50 ? "\(nodes.count) tasks" : GraphRenderer(nodes).text()
    }

    private static func end(
        _ status: inout PipelineRunStatus, run: PipelineRun, fixed: FixedRun, table: RunTable, now: Date
    ) {
        let ended = table.entries.compactMap { $0.record?.completionTime }.max() ?? Time(now)
        status.completionTime = ended
        let start = status.startTime ?? ended
        status.duration = FairleadDuration.format(.seconds(ended.secondsSince1970 - start.secondsSince1970))
        if let halt = table.halt {
            status.results = RunResults.evaluate(run: run, fixed: fixed, table: table).values
            end(&status, halt.phase, halt.reason, halt.message, now)
            return
        }
        let failures = table.entries.compactMap(\.record).filter(\.hasFailed)
        if let first = failures.first {
            let others = failures.count > 1 ? " (and \(failures.count - 1) more)" : ""
            let message = "task \"\(first.name)\" failed\(others): \(first.message ?? first.reason?.rawValue ?? "")"
            let (kept, _) = RunResults.evaluate(run: run, fixed: fixed, table: table)
            status.results = kept
            fail(&status, first.reason ?? .exitCode, message, now)
            return
        }
        let (results, missing) = RunResults.evaluate(run: run, fixed: fixed, table: table)
        status.results = results
        if let missing {
            fail(&status, .expressionFailed, missing, now)
            return
        }
        status.phase = .succeeded
        status.reason = nil
        status.message = nil
        setConditions(&status, .isTrue, reasonText: "Succeeded", message: "all tasks ended well", now)
    }

    private static func fail(_ status: inout PipelineRunStatus, _ reason: Reason, _ message: String, _ now: Date) {
        end(&status, .failed, reason, message, now)
    }

    private static func end(
        _ status: inout PipelineRunStatus, _ phase: PipelineRunStatus.Phase, _ reason: Reason, _ message: String,
        _ now: Date
    ) {
        status.phase = phase
        status.reason = reason
        status.message = String(message.prefix(8192))
        setConditions(&status, .isFalse, reason: reason, message: status.message ?? "", now)
    }

    private static func setConditions(
        _ status: inout PipelineRunStatus, _ succeeded: Condition.Status, reason: Reason, message: String, _ now: Date
    ) {
        setConditions(&status, succeeded, reasonText: reason.rawValue, message: message, now)
    }

    private static func setConditions(
        _ status: inout PipelineRunStatus, _ succeeded: Condition.Status, reasonText: String, message: String,
        _ now: Date
    ) {
        let finished: Condition.Status = status.phase?.isTerminal == true ? .isTrue : .isFalse
        for (type, value) in [(RunCondition.succeeded, succeeded), (.finished, finished)] {
            status.conditions.set(
                Condition(
                    type: type.rawValue, status: value, reason: reasonText, message: message,
                    observedGeneration: status.observedGeneration, lastTransitionTime: Time(now)))
        }
    }
}

import FairleadAPI
public import Foundation
import HeapModule
import KubernetesCore

extension RunTable {
    /// Works through everything that changed until nothing follows from it.
    ///
    /// - Parameter now: The time, for retries and time limits that have come due.
    public mutating func advance(now: Date) {
        while let timer = timers.min, timer.due <= now {
            timers.removeMin()
            if entries[timer.task].nextTimer == timer.due { entries[timer.task].nextTimer = nil }
            dirty.insert(timer.task)
        }
        while let index = dirty.min() {
            dirty.remove(index)
            settle(index, now: now)
        }
    }

    /// When something must be looked at again although nothing happens.
    public var nextTimer: Date? { timers.min?.due }

    private mutating func settle(_ index: Int, now: Date) {
        release(index)
        guard entries[index].record == nil else { return }
        isStatusDirty = true
        guard let newest = entries[index].newest else {
            setActive(index, false)
            let isDue = entries[index].unmet == 0 && (!shape.tasks[index].isFinally || remainingTasks == 0)
            if isDue { ready.insert(index) } else { ready.remove(index) }
            return
        }
        ready.remove(index)
        if let created = newest.firstCreatedAt {
            entries[index].firstCreated = min(entries[index].firstCreated ?? created, created)
        }
        setActive(index, !newest.outcome.isTerminal)
        switch newest.outcome {
        case .pending:
            limit(index, from: newest.createdAt, by: shape.tasks[index].pendingTimeout, now: now)
            limit(index, from: entries[index].firstCreated, by: shape.tasks[index].totalTimeout, now: now)
        case .running:
            limit(index, from: entries[index].firstCreated, by: shape.tasks[index].totalTimeout, now: now)
        case .succeeded(let results): succeed(index, newest, results)
        case .failed(let reason, let message, _), .disrupted(let reason, let message):
            retryOrFail(index, newest, reason, message, now: now)
        }
    }

    /// Marks pods that need not be kept: those of a recorded task, and attempts that have a successor.
    private mutating func release(_ index: Int) {
        let newest = entries[index].newest?.attempt ?? 0
        for view in entries[index].attempts.values where view.isHeld {
            let isSuperseded = view.attempt < newest && view.outcome.isTerminal
            let isRecorded = entries[index].isFlushed && (view.outcome.isTerminal || view.isBeingDeleted)
            if isSuperseded || isRecorded { releasable[view.pod] = view }
        }
        for view in entries[index].attempts.values where !view.isHeld { releasable[view.pod] = nil }
        for view in entries[index].attempts.values where view.isBeingDeleted { expired[view.pod] = nil }
    }

    private mutating func setActive(_ index: Int, _ isActive: Bool) {
        guard entries[index].isActive != isActive else { return }
        entries[index].isActive = isActive
        active += isActive ? 1 : -1
    }

    private mutating func limit(_ index: Int, from start: Date?, by limit: Duration?, now: Date) {
        guard let start, let limit else { return }
        let due = start.addingTimeInterval(limit.seconds)
        if due > now {
            setTimer(index, due)
        } else if let newest = entries[index].newest, !newest.isBeingDeleted {
            expired[newest.pod] = newest
        }
    }

    private mutating func setTimer(_ index: Int, _ due: Date) {
        if let next = entries[index].nextTimer, next <= due { return }
        entries[index].nextTimer = due
        timers.insert(TaskTimer(due: due, task: index))
    }

    private mutating func succeed(_ index: Int, _ view: AttemptView, _ results: [String: JSONValue]) {
        var status = TaskStatus(name: shape.tasks[index].name, phase: .succeeded)
        status.attempts = view.attempt
        status.startTime = entries[index].firstCreated.map { Time($0) }
        status.completionTime = view.endedAt
        status.results = results
        let names = shape.tasks[index].artifacts
        if let artifacts, !names.isEmpty {
            status.artifacts = Dictionary(
                names.map { name in
                    let uri = artifacts.uri(task: shape.tasks[index].name, attempt: view.attempt, artifact: name)
                    return (name, ArtifactReference(uri: uri))
                }, uniquingKeysWith: { first, _ in first })
        }
        finish(index, status)
    }

    private mutating func retryOrFail(
        _ index: Int, _ view: AttemptView, _ reason: Reason, _ message: String, now: Date
    ) {
        let budget = AttemptBudget(after: view, rules: shape.tasks[index].retryRules)
        let count = budget.isUserFailure ? budget.failures : budget.disruptions
        let limit = budget.isUserFailure ? shape.tasks[index].maxRetries : PipelineRunPlanner.platformRetries
        let isOutOfTime = shape.tasks[index].totalTimeout.flatMap { limit in
            entries[index].firstCreated.map { $0.addingTimeInterval(limit.seconds) <= now }
        }
        guard !budget.isFinal, count <= limit, isOutOfTime != true else {
            var status = TaskStatus(name: shape.tasks[index].name, phase: .failed)
            status.reason = isOutOfTime == true ? .timeout : reason
            status.message = view.attempt > 1 ? "attempt \(view.attempt): \(message)" : message
            status.attempts = view.attempt
            status.startTime = entries[index].firstCreated.map { Time($0) }
            status.completionTime = view.endedAt ?? Time(now)
            finish(index, status)
            return
        }
        let ended = view.endedAt?.date ?? view.createdAt ?? now
        let due = ended.addingTimeInterval(shape.tasks[index].backoff.delay(afterFailures: count).seconds)
        entries[index].retryAt = due
        if due <= now { ready.insert(index) } else { setTimer(index, due) }
    }

    /// Ends a task and lets those that waited for it go on, or skips them.
    mutating func finish(_ index: Int, _ status: TaskStatus) {
        guard entries[index].record == nil else { return }
        entries[index].record = status
        entries[index].retryAt = nil
        setActive(index, false)
        ready.remove(index)
        finished += 1
        unflushed.append(index)
        isStatusDirty = true
        dirty.insert(index)
        if !shape.tasks[index].isFinally {
            remainingTasks -= 1
            if remainingTasks == 0 {
                for index in shape.tasks.indices where shape.tasks[index].isFinally { dirty.insert(index) }
            }
        }
        for dependent in shape.tasks[index].dependents {
            entries[dependent].unmet -= 1
            dirty.insert(dependent)
            if status.phase != .succeeded { skip(dependent, because: index) }
        }
    }

    private mutating func skip(_ index: Int, because cause: Int) {
        guard entries[index].record == nil else { return }
        var status = TaskStatus(name: shape.tasks[index].name, phase: .skipped)
        let name = shape.tasks[cause].name
        let isFailure = entries[cause].record?.phase == .failed || entries[cause].record?.reason == .upstreamFailed
        status.reason = isFailure ? .upstreamFailed : .upstreamSkipped
        status.message = "task \"\(name)\" \(entries[cause].record?.phase == .failed ? "failed" : "was skipped")"
        finish(index, status)
    }
}

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
            dirtyTasks.insert(timer.id.task)
            guard entries[timer.id.task].live[timer.id.item] != nil else { continue }
            entries[timer.id.task].live[timer.id.item]?.nextTimer = nil
            dirtyItems.insert(timer.id)
        }
        while !dirtyItems.isEmpty || !dirtyTasks.isEmpty {
            let items = dirtyItems.sorted()
            dirtyItems.removeAll(keepingCapacity: true)
            for id in items { settle(id, now: now) }
            let tasks = dirtyTasks.sorted()
            dirtyTasks.removeAll(keepingCapacity: true)
            for task in tasks { settleTask(task, now: now) }
        }
    }

    /// When something must be looked at again although nothing happens.
    public var nextTimer: Date? { timers.min?.due }

    private mutating func settle(_ id: ItemID, now: Date) {
        // The state leaves the table while it is worked on, so that it is not copied.
        guard var state = entries[id.task].live.removeValue(forKey: id.item) else { return }
        var isAbandoned = false
        defer {
            let isOver = isAbandoned || state.isOver(entries[id.task].hasEnded(id.item))
            if !isOver { entries[id.task].live[id.item] = state }
        }
        release(&state)
        for view in state.attempts { overdue[view.pod] = nil }
        guard !entries[id.task].hasEnded(id.item) else { return setActive(&state, id.task, false, now: now) }
        revision += 1
        dirtyTasks.insert(id.task)
        guard let newest = state.newest else {
            setActive(&state, id.task, false, now: now)
            if let halt, applies(halt, to: id.task) {
                end(id, &state, .failed(reason: halt.reason, message: halt.message, exitCode: nil), nil, now: now)
            } else if hasFailed(id.task) {
                isAbandoned = true
            } else {
                entries[id.task].due.insert(id.item)
            }
            return
        }
        entries[id.task].due.remove(id.item)
        if let created = newest.firstCreatedAt {
            let first = min(state.firstCreated ?? created, created)
            state.firstCreated = first
            entries[id.task].firstCreated = min(entries[id.task].firstCreated ?? first, first)
        }
        setActive(&state, id.task, !newest.outcome.isTerminal, now: now)
        let shape = shape.tasks[id.task]
        // Whatever was wrong with an earlier version of it.
        expired[newest.pod] = nil
        switch newest.outcome {
        case .pending, .running:
            let isHalted = halt.map { applies($0, to: id.task) } ?? false
            if isHalted || newest.isOverdue {
                if !newest.isBeingDeleted { expired[newest.pod] = newest }
                return
            }
            if isOver(id, &state, from: state.firstCreated, by: shape.totalTimeout, now: now) {
                expired[newest.pod] = newest
            } else if case .pending = newest.outcome {
                let since = state.pendingSince(newest, now: now)
                guard isOver(id, &state, from: since, by: shape.pendingTimeout, now: now) else { return }
                // A nested run or a job tells itself why it ended.
                if newest.child == nil { overdue[newest.pod] = newest } else { expired[newest.pod] = newest }
            }
        case .succeeded: end(id, &state, newest.outcome, newest, now: now)
        case .failed, .disrupted: retryOrFail(id, &state, newest, now: now)
        }
    }

    /// Marks pods that need not be kept: those of a recorded item, and attempts that have a successor.
    private mutating func release(_ state: inout ItemState) {
        let newest = state.newest?.attempt ?? 0
        for view in state.attempts {
            if view.isBeingDeleted { expired[view.pod] = nil }
            guard view.isHeld else {
                releasable[view.pod] = nil
                continue
            }
            let isSuperseded = view.attempt < newest && view.outcome.isTerminal
            let isRecorded = state.isFlushed && (view.outcome.isTerminal || view.isBeingDeleted)
            if isSuperseded || isRecorded { releasable[view.pod] = view }
        }
    }

    private mutating func setActive(_ state: inout ItemState, _ task: Int, _ isActive: Bool, now: Date) {
        guard state.isActive != isActive else { return }
        state.isActive = isActive
        active += isActive ? 1 : -1
        // It has what it waited for, also where others of the same step were refused.
        if isActive { entries[task].wait = nil } else { didFree(task, now: now) }
        entries[task].active += isActive ? 1 : -1
    }

    /// Whether an attempt outlived a limit and nobody has ended it yet; has it looked at again when it does.
    private mutating func isOver(
        _ id: ItemID, _ state: inout ItemState, from start: Date?, by limit: Duration?, now: Date
    ) -> Bool {
        guard let start, let limit else { return false }
        let due = start.addingTimeInterval(limit.seconds)
        if due > now { setTimer(id, &state, due) }
        return due <= now && state.newest?.isBeingDeleted == false
    }

    private mutating func setTimer(_ id: ItemID, _ state: inout ItemState, _ due: Date) {
        if let next = state.nextTimer, next <= due { return }
        state.nextTimer = due
        timers.insert(ItemTimer(due: due, id: id))
    }

    private mutating func retryOrFail(_ id: ItemID, _ state: inout ItemState, _ view: AttemptView, now: Date) {
        let shape = shape.tasks[id.task]
        let budget = AttemptBudget(after: view, rules: shape.retryRules)
        let count = budget.isUserFailure ? budget.failures : budget.disruptions
        let limit = budget.isUserFailure ? shape.maxRetries : PipelineRunPlanner.platformRetries
        let isOutOfTime =
            shape.totalTimeout.flatMap { limit in
                state.firstCreated.map { $0.addingTimeInterval(limit.seconds) <= now }
            } ?? false
        let isHalted = halt.map { applies($0, to: id.task) } ?? false
        guard !isHalted, !hasFailed(id.task), !budget.isFinal, count <= limit, !isOutOfTime else {
            var outcome = view.outcome
            if let halt, isHalted {
                outcome = .failed(reason: halt.reason, message: halt.message, exitCode: nil)
            } else if isOutOfTime, let (reason, message) = outcome.failure {
                // An attempt that was deleted for that has no story of its own.
                let isOurs = reason == .evicted && view.isBeingDeleted
                let story = "the attempts together took longer than timeouts.total"
                outcome = .failed(reason: .timeout, message: isOurs ? story : "\(story): \(message)", exitCode: nil)
            }
            return end(id, &state, outcome, view, now: now)
        }
        let ended = view.endedAt?.date ?? view.createdAt ?? now
        let due = ended.addingTimeInterval(shape.backoff.delay(afterFailures: count).seconds)
        state.retryAt = due
        if due <= now { entries[id.task].due.insert(id.item) } else { setTimer(id, &state, due) }
    }

    /// Ends an item, and with it the task that is not mapped.
    private mutating func end(
        _ id: ItemID, _ state: inout ItemState, _ outcome: PodOutcome, _ view: AttemptView?, now: Date
    ) {
        setActive(&state, id.task, false, now: now)
        state.retryAt = nil
        entries[id.task].cache.computing[id.item] = nil
        entries[id.task].due.remove(id.item)
        let unread = view.flatMap { $0.hidesLog && $0.outcome == outcome ? $0.pod : nil }
        if !shape.tasks[id.task].isMapped {
            unreadLogs[id.task] = unread
            return finish(id.task, record(id, state, outcome, view, now: now))
        }
        // The folder of the task: below it are index, attempt and file.
        if entries[id.task].logs == nil, let log = view?.log {
            entries[id.task].logs = log.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
                .joined(separator: "/")
        }
        if let (reason, message) = outcome.failure {
            entries[id.task].fail(id.item)
            let isFirst = entries[id.task].firstFailure.map { $0.item > id.item } ?? true
            if isFirst {
                entries[id.task].firstFailure = ItemFailure(item: id.item, reason: reason, message: message)
                entries[id.task].firstFailure?.unreadLog = unread
            }
        } else if case .succeeded(let results) = outcome {
            entries[id.task].completed.insert(id.item)
            let files = view?.artifacts ?? [:]
            if !results.isEmpty || !files.isEmpty {
                entries[id.task].values[id.item] = ItemOutput(results: results, artifacts: files)
            }
        }
        unflushed.append(id)
        revision += 1
        dirtyTasks.insert(id.task)
        dirtyItems.insert(id)
    }

    private func record(
        _ id: ItemID, _ state: ItemState, _ outcome: PodOutcome, _ view: AttemptView?, now: Date
    ) -> TaskStatus {
        var status = TaskStatus(name: shape.tasks[id.task].name, phase: .succeeded)
        status.attempts = view?.attempt
        status.startTime = (state.firstCreated ?? entries[id.task].opened).map { Time($0) }
        status.completionTime = view?.endedAt ?? Time(now)
        status.imageID = view?.imageID
        status.logs = view?.log
        status.child = view?.child == nil ? nil : view?.pod
        if case .succeeded(let results) = outcome {
            status.results = results
            status.artifacts = view?.artifacts ?? [:]
            if let models = view?.models, !models.isEmpty {
                status.message = "registered \(models.joined(separator: ", "))"
            }
        } else if let (reason, message) = outcome.failure {
            status.phase = reason == .stopped || reason == .cancelled ? .stopped : .failed
            status.reason = reason
            status.message = (view?.attempt ?? 1) > 1 ? "attempt \(view?.attempt ?? 1): \(message)" : message
        }
        return status
    }
}

extension ItemState {
    /// Whether nothing of the item is left to be kept.
    fileprivate func isOver(_ hasEnded: Bool) -> Bool { hasEnded && !attempts.contains(where: \.isHeld) }
}

extension PodOutcome {
    /// Why and how the attempt failed, nil where it did not.
    var failure: (reason: Reason, message: String)? {
        switch self {
        case .failed(let reason, let message, _), .disrupted(let reason, let message): (reason, message)
        case .pending, .running, .succeeded: nil
        }
    }

    /// Whether the attempt ended well.
    var isSuccess: Bool {
        if case .succeeded = self { true } else { false }
    }
}

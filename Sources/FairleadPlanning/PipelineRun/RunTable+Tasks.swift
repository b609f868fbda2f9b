public import FairleadAPI
public import Foundation
import HeapModule
import KubernetesCore

extension RunTable {
    /// Whether every task has ended.
    public var isOver: Bool { finished == shape.tasks.count }

    /// Opens a task: its items are known and may start.
    public mutating func open(_ index: Int, _ items: TaskItems, now: Date) {
        guard entries.indices.contains(index), entries[index].record == nil, entries[index].items == nil else { return }
        entries[index].items = items
        entries[index].opened = entries[index].opened ?? now
        openable.remove(index)
        dirtyTasks.insert(index)
        revision += 1
    }

    /// Sets what an approval gate asks.
    mutating func ask(_ index: Int, _ question: String?) { entries[index].question = question }

    /// Ends a task that needs no pod, or for which none can be made.
    public mutating func decide(
        _ index: Int, _ phase: TaskStatus.Phase, reason: Reason?, message: String?, now: Date
    ) {
        guard entries.indices.contains(index), entries[index].record == nil else { return }
        var status = TaskStatus(name: shape.tasks[index].name, phase: phase, reason: reason, message: message)
        status.attempts = entries[index].newest?.attempt
        status.startTime = (entries[index].firstCreated ?? entries[index].opened).map { Time($0) }
        status.completionTime = Time(now)
        finish(index, status)
    }

    /// Takes an outcome that a task had elsewhere, or that stands in an object of its own.
    public mutating func adopt(_ index: Int, _ status: TaskStatus) {
        guard entries.indices.contains(index), entries[index].record == nil else { return }
        finish(index, status)
    }

    /// Ends an item for which no pod can be made.
    public mutating func fail(_ id: ItemID, reason: Reason, message: String, now: Date) {
        guard entries.indices.contains(id.task), !entries[id.task].hasEnded(id.item) else { return }
        guard shape.tasks[id.task].isMapped, entries[id.task].items != nil else {
            return decide(id.task, .failed, reason: reason, message: message, now: now)
        }
        entries[id.task].due.remove(id.item)
        entries[id.task].fail(id.item)
        if entries[id.task].firstFailure == nil {
            entries[id.task].firstFailure = ItemFailure(item: id.item, reason: reason, message: message)
        }
        unflushed.append(id)
        dirtyTasks.insert(id.task)
        revision += 1
    }

    /// Starts nothing more, and ends what is under way.
    public mutating func stop(_ halt: Halt) {
        guard self.halt != halt else { return }
        self.halt = halt
        revision += 1
        for index in entries.indices where entries[index].record == nil {
            dirtyTasks.insert(index)
            for item in entries[index].live.keys { dirtyItems.insert(ItemID(task: index, item: item)) }
        }
    }

    /// Has a task looked at again at a time.
    public mutating func wake(_ index: Int, at due: Date) {
        guard entries[index].wakeTime != due else { return }
        entries[index].wakeTime = due
        timers.insert(ItemTimer(due: due, id: ItemID(task: index)))
    }

    /// The items whose pods may be made now: retries first, in the order of tasks and indexes.
    ///
    /// - Parameters:
    ///   - limit: The most that are wanted.
    ///   - now: The time: pods may be held back since one was refused. Then the tasks that were refused most often
    ///     come last, so that one which never gets a pod keeps no other from its own.
    public mutating func startableItems(limit: Int, now: Date) -> [ItemID] {
        var items: [ItemID] = []
        for index in startable.sorted(by: { (entries[$0].refusals, $0) < (entries[$1].refusals, $1) }) {
            if isHeld(index, now: now) { continue }
            var room = limit - items.count
            // A server that refused a nested run is asked for one, not for all.
            if entries[index].hindrance != nil { room = min(room, 1) }
            if let parallelism = shape.tasks[index].parallelism {
                room = min(room, parallelism - entries[index].active)
            }
            guard room > 0 else { continue }
            for item in entries[index].due.sorted().prefix(room) {
                items.append(ItemID(task: index, item: item))
                room -= 1
            }
            var item = firstFresh(index)
            while room > 0, let fresh = item {
                items.append(ItemID(task: index, item: fresh))
                room -= 1
                item = nextFresh(after: fresh, in: index)
            }
            if items.count >= limit { break }
        }
        return items
    }

    func applies(_ halt: Halt, to task: Int) -> Bool { halt.includesFinally || !shape.tasks[task].isFinally }

    /// Decides what follows for a task from its dependencies and its items.
    mutating func settleTask(_ index: Int, now: Date) {
        guard entries[index].record == nil else { return }
        let isHalted = halt.map { applies($0, to: index) } ?? false
        if isHalted { return endHalted(index, now: now) }
        guard let total = entries[index].total else {
            openable.remove(index)
            switch readiness(index) {
            case .waiting: break
            case .due: openable.insert(index)
            case .hopeless(let cause): skip(index, because: cause, now: now)
            }
            return
        }
        let shape = shape.tasks[index]
        let hasFailed = hasFailed(index)
        if hasFailed { abandonRetries(index) }
        if shape.isMapped, entries[index].ended >= total || (hasFailed && unfinished(index) == 0) {
            return finishMapped(index, hasFailed: hasFailed, now: now)
        }
        let mayStart = shape.kind == .pod || shape.kind == .child
        if mayStart, !hasFailed, !entries[index].due.isEmpty || firstFresh(index) != nil {
            startable.insert(index)
            limitWaiting(index, now: now)
        } else {
            startable.remove(index)
        }
    }

    private mutating func endHalted(_ index: Int, now: Date) {
        openable.remove(index)
        startable.remove(index)
        guard let halt, unfinished(index) == 0 else { return }
        let hasStarted = entries[index].items != nil || entries[index].ended > 0
        if shape.tasks[index].isMapped, hasStarted {
            entries[index].firstFailure =
                entries[index].firstFailure ?? ItemFailure(item: 0, reason: halt.reason, message: halt.message)
            return finishMapped(index, hasFailed: true, now: now)
        }
        decide(index, hasStarted ? .stopped : .skipped, reason: halt.reason, message: halt.message, now: now)
    }

    /// Whether more items of a mapped task have failed than may.
    func hasFailed(_ index: Int) -> Bool {
        guard shape.tasks[index].isMapped, let total = entries[index].total else { return false }
        return entries[index].failed.count > shape.tasks[index].maxFailed.allowed(of: total)
    }

    /// Has items that wait for their next attempt looked at: it will not be made.
    private mutating func abandonRetries(_ index: Int) {
        for (item, state) in entries[index].live where !entries[index].hasEnded(item) && !state.isActive {
            dirtyItems.insert(ItemID(task: index, item: item))
        }
    }

    private func unfinished(_ index: Int) -> Int {
        entries[index].live.keys.count { !entries[index].hasEnded($0) }
    }

    private enum Readiness {
        case waiting
        case due
        case hopeless(Int)
    }

    private func readiness(_ index: Int) -> Readiness {
        let shape = shape.tasks[index]
        if shape.isFinally, remainingTasks > 0 { return .waiting }
        let records = shape.dependencies.map { (index: $0, record: entries[$0].record) }
        let ended: Readiness = entries[index].unmet == 0 ? .due : .waiting
        switch shape.runWhen {
        case .allSucceeded:
            let cause = records.first { $0.record.map { $0.phase != .succeeded } ?? false }
            return cause.map { .hopeless($0.index) } ?? ended
        case .noneFailed:
            return records.first { $0.record?.isFailure ?? false }.map { .hopeless($0.index) } ?? ended
        case .anySucceeded:
            if records.contains(where: { $0.record?.phase == .succeeded }) { return .due }
            guard let first = records.first, entries[index].unmet == 0 else { return ended }
            return .hopeless(first.index)
        case .allDone: return ended
        }
    }

    mutating func firstFresh(_ index: Int) -> Int? {
        guard let total = entries[index].total else { return nil }
        var next = entries[index].next
        while next < total, isStarted(next, in: index) { next += 1 }
        entries[index].next = next
        return next < total ? next : nil
    }

    private func nextFresh(after item: Int, in index: Int) -> Int? {
        guard let total = entries[index].total else { return nil }
        var next = item + 1
        while next < total, isStarted(next, in: index) { next += 1 }
        return next < total ? next : nil
    }

    private func isStarted(_ item: Int, in index: Int) -> Bool {
        entries[index].live[item] != nil || entries[index].hasEnded(item)
            || entries[index].cache.waiting[item] != nil
    }

    private mutating func finishMapped(_ index: Int, hasFailed: Bool, now: Date) {
        let entry = entries[index]
        let total = entry.total ?? entry.ended
        var status = TaskStatus(name: shape.tasks[index].name, phase: hasFailed ? .failed : .succeeded)
        status.startTime = (entry.firstCreated ?? entry.opened).map { Time($0) }
        status.completionTime = Time(now)
        status.logs = entry.logs
        status.map = MapStatus(
            total: total, active: 0, completedIndexes: entry.completed.text,
            failedIndexes: entry.failed.text(limit: TaskEntry.shownFailures))
        if !entry.cache.taken.isEmpty {
            status.message = "\(entry.cache.taken.count) of \(total) items were taken from the cache"
            if entry.cache.taken.count == total { status.reason = .cached }
        }
        if !hasFailed, let problem = tooLong(index, total: total) {
            status.phase = .failed
            status.reason = .resultTooLarge
            status.message = problem
        } else if let failure = entry.firstFailure {
            let count = max(entry.failed.count, 1)
            status.message = "\(count) of \(total) items failed; item \(failure.item): \(failure.message)"
            status.reason = hasFailed ? failure.reason : nil
            if halt?.reason == failure.reason, hasFailed { status.phase = .stopped }
            // Not before: an item with a lower index may fail too.
            unreadLogs[index] = failure.unreadLog
        }
        finish(index, status)
        let makesLists = !entries[index].lists.isEmpty || !entries[index].fileLists.isEmpty
        if status.phase == .succeeded, makesLists { unwrittenLists.insert(index) }
    }

    /// What is wrong with the lists of results, nil where each fits into an object.
    private func tooLong(_ index: Int, total: Int) -> String? {
        var sizes: [String: Int] = [:]
        for output in entries[index].values.values {
            for (name, value) in output.results { sizes[name, default: total * 2] += JSONWriter.bytes(value).count + 1 }
        }
        let limit = Limits.published.mappedResultBytes
        guard let (name, size) = sizes.sorted(by: { $0.key < $1.key }).first(where: { $0.value > limit }) else {
            return nil
        }
        return "the list of result \"\(name)\" has about \(size) bytes, more than \(limit): write an artifact instead"
    }

    /// Ends a task and lets those that waited for it go on.
    mutating func finish(_ index: Int, _ status: TaskStatus) {
        guard entries[index].record == nil else { return }
        entries[index].record = status
        entries[index].due = []
        openable.remove(index)
        startable.remove(index)
        finished += 1
        if status.map != nil { collectLists(index, total: status.map?.total ?? 0) }
        unflushedTasks.append(index)
        if !shape.tasks[index].isMapped { unflushed.append(ItemID(task: index)) }
        revision += 1
        for item in entries[index].live.keys { dirtyItems.insert(ItemID(task: index, item: item)) }
        if !shape.tasks[index].isFinally {
            remainingTasks -= 1
            if remainingTasks == 0 {
                for index in shape.tasks.indices where shape.tasks[index].isFinally { dirtyTasks.insert(index) }
            }
        }
        for dependent in shape.tasks[index].dependents {
            entries[dependent].unmet -= 1
            dirtyTasks.insert(dependent)
        }
    }

    /// The results of a mapped task as lists, which other tasks read; the items' own values are needed no more.
    private mutating func collectLists(_ index: Int, total: Int) {
        var results = Set(shape.tasks[index].results.map(\.name))
        if shape.tasks[index].kind == .child {
            // What a nested run gives is known when it has given it.
            for output in entries[index].values.values { results.formUnion(output.results.keys) }
        }
        for result in results {
            let values = (0..<total).map { entries[index].values[$0]?.results[result] ?? .null }
            entries[index].lists[result] = .array(values)
        }
        for name in shape.tasks[index].artifacts {
            entries[index].fileLists[name] = (0..<total).map { entries[index].values[$0]?.artifacts[name] }
        }
    }

    private mutating func skip(_ index: Int, because cause: Int, now: Date) {
        let record = entries[cause].record
        let verb = record?.hasFailed == true ? "failed" : "was skipped"
        decide(
            index, .skipped, reason: record?.isFailure == true ? .upstreamFailed : .upstreamSkipped,
            message: "task \"\(shape.tasks[cause].name)\" \(verb)", now: now)
    }
}

extension TaskStatus {
    /// Whether the task failed, or its nested run or its job was stopped.
    var hasFailed: Bool { phase == .failed || phase == .stopped }

    /// Whether the task failed, or was skipped because one before it did.
    var isFailure: Bool { hasFailed || reason == .upstreamFailed }
}

import FairleadAPI
public import Foundation

/// How a run behaves while the API server refuses its pods, by a quota or an admission policy.
///
/// A refusal holds back all further pods of the run, until some time has passed or a pod of the run has ended: then
/// they are asked for one by one, and by as many at a time as were made since the last refusal. So what is refused is
/// never more than what is made, beside one pod for each time that it is asked for again.
///
/// A nested run or a job that is refused holds back its own task alone: it is asked for again in the same way, and at
/// once when another one of the task has ended.
extension RunTable {
    /// How a task tells that it waits for pods which are refused.
    static let waits = "waits since "

    /// How many pods may be made in one step.
    public var createWindow: Int { min(max(madeSinceRefusal, 1), Self.largestWindow) }

    /// When pods are asked for again, nil where they are not held back or nobody waits for one.
    func heldUntil(now: Date) -> Date? {
        guard let due = hindrance?.retryAt, due > now, startable.contains(where: { shape.tasks[$0].kind == .pod })
        else {
            return nil
        }
        return due
    }

    /// Takes the news that a step's pods were made; those that were not count by themselves.
    public mutating func didCreate(_ count: Int, allSucceeded: Bool) {
        madeSinceRefusal = allSucceeded ? min(madeSinceRefusal + count, Self.largestWindow) : 0
        guard allSucceeded, count > 0 else { return }
        // What is refused after that is refused by a server that has counted what ended: there is no haste.
        hindrance?.since = .distantPast
        if madeSinceRefusal >= Self.smallestWindow { hindrance = nil }
        // Only who was refused itself goes on waiting: nobody knows yet about the others.
        for index in startable where entries[index].refusal == nil { entries[index].wait = nil }
    }

    /// Takes the news that items were looked up in the cache, which says nothing of a server that refuses pods.
    public mutating func didLookUp(_ count: Int, allSucceeded: Bool) {
        guard hindrance == nil else { return }
        madeSinceRefusal = allSucceeded ? min(madeSinceRefusal + count, Self.largestWindow) : 0
    }

    /// Takes the news that an item's pod was refused for a reason that may pass: the run's pods wait.
    public mutating func hinder(_ id: ItemID, by message: String, now: Date) {
        guard entries.indices.contains(id.task), !entries[id.task].hasEnded(id.item) else { return }
        madeSinceRefusal = 0
        hindrance = Hindrance(message, since: hindrance?.since ?? now, now: now)
        entries[id.task].refusal = message
        entries[id.task].refusals += 1
        dirtyTasks.formUnion(startable)
        for index in startable where shape.tasks[index].kind == .pod { beginToWait(index, now: now) }
        revision += 1
    }

    /// Takes the news that an item's nested run or job was refused for a reason that may pass: its task waits.
    public mutating func postpone(_ id: ItemID, by message: String, now: Date) {
        guard entries.indices.contains(id.task), !entries[id.task].hasEnded(id.item) else { return }
        let hindrance = Hindrance(message, since: entries[id.task].hindrance?.since ?? now, now: now)
        entries[id.task].hindrance = hindrance
        entries[id.task].refusal = message
        entries[id.task].refusals += 1
        wake(id.task, at: hindrance.retryAt)
        beginToWait(id.task, now: now)
        dirtyTasks.insert(id.task)
        revision += 1
    }

    /// Whether nothing is asked for on a task's behalf for now.
    func isHeld(_ index: Int, now: Date) -> Bool {
        let hindrance = shape.tasks[index].kind == .pod ? hindrance : entries[index].hindrance
        return hindrance.map { $0.retryAt > now } ?? false
    }

    /// Takes the news that a pod of a task, or what stands for one, was made.
    mutating func didStart(_ index: Int) {
        entries[index].refusal = nil
        entries[index].hindrance = nil
        entries[index].refusals = 0
        entries[index].wait = nil
    }

    /// Takes the end of a task's pod, or of what stands for one: what it took may be what others were refused.
    mutating func didFree(_ index: Int, now: Date) {
        hindrance?.pass(now: now)
        entries[index].hindrance?.pass(now: now)
    }

    /// Forgets what was refused: nothing is asked for while the run is suspended, and no time is counted.
    mutating func forgetRefusals() {
        guard hindrance != nil || entries.contains(where: { $0.refusal != nil || $0.wait != nil }) else { return }
        hindrance = nil
        for index in entries.indices { didStart(index) }
        revision += 1
    }

    /// Counts the time of a task that has no pod while pods are held back, and ends an item whose time is over.
    ///
    /// What an earlier controller was refused counts where this one was refused it too: nobody else knows what became of
    /// the others' pods while nobody led.
    mutating func limitWaiting(_ index: Int, now: Date) {
        guard isHeld(index, now: now) else { return }
        beginToWait(index, now: now)
        guard entries[index].active == 0, let wait = entries[index].wait, let limit = shape.tasks[index].pendingTimeout,
            let since = entries[index].refusal == nil ? wait.seen : wait.since
        else { return }
        let due = since.addingTimeInterval(limit.seconds)
        guard due <= now else { return wake(index, at: due) }
        guard let item = entries[index].due.min() ?? firstFresh(index) else { return }
        let story = entries[index].refusal ?? hindrance?.message ?? ""
        let what = shape.tasks[index].kind == .pod ? "no pod" : "nothing"
        fail(
            ItemID(task: index, item: item), reason: .pendingTimeout,
            message: "\(what) was made within timeouts.pending: \(story)", now: now)
    }

    private mutating func beginToWait(_ index: Int, now: Date) {
        guard entries[index].active == 0, entries[index].wait?.seen == nil else { return }
        entries[index].wait = TaskWait(since: entries[index].wait?.since ?? now, seen: now)
        revision += 1
    }

    /// What a task's status tells of pods that are refused, nil where it waits for none.
    func waitingStory(_ index: Int) -> String? {
        let entry = entries[index]
        guard entry.refusal != nil || entry.wait != nil else { return nil }
        return (entry.refusal ?? hindrance?.message).map { Self.waits + $0 }
    }
}

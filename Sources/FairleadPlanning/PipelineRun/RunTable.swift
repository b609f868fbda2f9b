public import FairleadAPI
public import Foundation
import HeapModule
public import KubernetesCore

/// A run's pods and nested runs folded into a value, so that planning costs what changed and not what there is.
///
/// A task has items: one, or one for each value of its `map`. What has ended is kept as ranges of indexes; an item
/// has a state of its own only while it has a pod, or waits for its next one.
///
/// Guarantees: folding the newest view of each pod, in any order and any number of times, gives the same table as
/// rebuilding it from a list. What has ended stays ended.
public struct RunTable: Sendable {
    /// Why a run starts nothing more.
    public struct Halt: Sendable, Hashable {
        /// `Stopped`, `Cancelled` or `Timeout`.
        public var reason: Reason
        /// Whether tasks of `finally` don't run either.
        public var includesFinally: Bool
        /// For people.
        public var message: String

        /// How the run ends.
        var phase: PipelineRunStatus.Phase { reason == .timeout ? .failed : .stopped }
    }

    /// The tasks' edges and budgets.
    public let shape: RunShape
    /// Each task's state, by index.
    public internal(set) var entries: [TaskEntry]
    /// Tasks whose time has come and of which nothing is decided yet.
    public internal(set) var openable: Set<Int> = []
    /// Opened tasks that have items without a pod whose time has come.
    public internal(set) var startable: Set<Int> = []
    /// Items with a pod that has not ended.
    public internal(set) var active = 0
    /// Tasks that have ended, `finally` included.
    public internal(set) var finished = 0
    /// Tasks outside `finally` that have not ended.
    public internal(set) var remainingTasks: Int
    /// Ended items whose end does not stand in the run's status yet.
    public internal(set) var unflushed: [ItemID] = []
    /// Ended tasks whose end does not stand in the run's status yet.
    public internal(set) var unflushedTasks: [Int] = []
    /// Ended tasks whose lists of results are not written yet.
    public internal(set) var unwrittenLists: Set<Int> = []
    /// Attempts whose pods may be released.
    public internal(set) var releasable: [String: AttemptView] = [:]
    /// Attempts that outlived a time limit, or their run, and must be deleted.
    public internal(set) var expired: [String: AttemptView] = [:]
    /// Attempts that have been pending for too long: that is written on their pods before those are deleted.
    public internal(set) var overdue: [String: AttemptView] = [:]
    /// What pods waited for on which that may not be written, by identity: they count as if it stood there.
    private var unmarked: [String: String] = [:]
    /// Pods of ended items that were released, and whose retention allows to delete them.
    public internal(set) var removable = 0
    /// The pods of failed attempts whose log has to be read before their end is told, by task.
    public internal(set) var unreadLogs: [Int: String] = [:]
    /// The commits to which the run's code was resolved, by code key; the first attempt that fetched it decides.
    public internal(set) var commits: [String: String]
    /// The services that tasks have applied, by task.
    public internal(set) var applied: [Int: AppliedService] = [:]
    /// Ended items whose artifacts are registered as models.
    public internal(set) var registered: Set<ItemID> = []
    /// Why nothing more starts, nil while it does.
    public internal(set) var halt: Halt?
    /// Counts the changes of what the status shows.
    var revision = 1
    /// The newest of them that stands in the status.
    private var flushedRevision = 0
    /// When the status was last flushed.
    public internal(set) var lastFlush: Date?

    /// The pods of notifications by name, as far as they are there.
    public internal(set) var notices: [String: PodView] = [:]

    /// Why the run's pods can't be made for now.
    var hindrance: Hindrance?
    /// Pods that were made since one was refused.
    var madeSinceRefusal = RunTable.smallestWindow
    /// Items that ask for, or wait for, an entry of the cache, by its name.
    var cacheInterest: [String: Set<ItemID>] = [:]
    /// Entries that changed while they were asked for.
    var changedEntries: Set<String> = []
    var dirtyItems: Set<ItemID> = []
    var dirtyTasks: Set<Int>
    var timers = Heap<ItemTimer>()

    /// The number of pods made in a run's first step.
    static let smallestWindow = 8
    /// The most pods made in one step.
    static let largestWindow = 256

    /// A table of a run of which nothing has happened.
    ///
    /// - Parameters:
    ///   - shape: The run's tasks.
    ///   - recorded: What the run's status tells of them; what has ended stays ended.
    ///   - recovered: What is known of them before the status tells anything.
    ///   - outputs: What ended items of mapped tasks wrote, by task.
    ///   - commits: The commits of the run's code that its status tells.
    public init(
        shape: RunShape, recorded: [TaskStatus] = [], recovered: [TaskStatus] = [],
        outputs: [String: [Int: ItemOutput]] = [:], commits: [String: String] = [:]
    ) {
        self.shape = shape
        self.commits = commits
        entries = shape.tasks.map { TaskEntry(unmet: $0.dependencies.count) }
        remainingTasks = shape.tasks.count { !$0.isFinally }
        dirtyTasks = Set(shape.tasks.indices)
        let known = recorded.isEmpty ? recovered : recorded
        let statuses = Dictionary(known.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for index in shape.tasks.indices {
            guard let status = statuses[shape.tasks[index].name] else { continue }
            restore(index, status, outputs[status.name] ?? [:])
            let makesLists = shape.tasks[index].isMapped && recorded.isEmpty && status.phase == .succeeded
            if makesLists { unwrittenLists.insert(index) }
        }
        unflushed = []
        unflushedTasks = []
    }

    private mutating func restore(_ index: Int, _ status: TaskStatus, _ outputs: [Int: ItemOutput]) {
        if let map = status.map {
            entries[index].completed = IndexRanges(parsing: map.completedIndexes ?? "")
            entries[index].failed = IndexRanges(parsing: map.failedIndexes ?? "")
            entries[index].values = outputs
            entries[index].logs = status.logs
            entries[index].firstFailure = ItemFailure(status)
            for (item, output) in outputs where output.hasFailed == true { entries[index].failed.insert(item) }
        }
        if status.phase.isTerminal {
            finish(index, status)
        } else {
            entries[index].opened = status.startTime?.date
            entries[index].wait = status.waitingSince.map { TaskWait(since: $0.date) }
        }
    }

    /// Whether anything that the status shows has changed since the last flush.
    public var isStatusDirty: Bool { revision != flushedRevision }

    /// Takes a pod's newest view.
    public mutating func fold(_ pod: PodView) {
        if pod.metadata.labels[NotificationPod.label] != nil {
            notices[pod.metadata.name] = pod
            revision += 1
            return
        }
        guard let id = item(of: pod.metadata) else { return }
        var pod = pod
        if let story = unmarked[pod.metadata.uid] { pod.metadata.annotations[PodNaming.overdueAnnotation] = story }
        fold(AttemptView(pod, shape: shape.tasks[id.task]), of: id)
    }

    /// Takes the newest version of a nested run.
    public mutating func fold(_ child: PipelineRun) {
        guard let id = item(of: child.metadata), shape.tasks[id.task].kind == .child else { return }
        fold(AttemptView(child), of: id)
    }

    /// Takes the newest version of a task's training job.
    public mutating func fold(_ job: TrainingJob) {
        guard let id = item(of: job.metadata), shape.tasks[id.task].kind == .child else { return }
        fold(AttemptView(job), of: id)
    }

    private mutating func fold(_ view: AttemptView, of id: ItemID) {
        for code in view.code where commits[code.key] == nil {
            commits[code.key] = code.commit
            revision += 1
        }
        let hasEnded = entries[id.task].hasEnded(id.item)
        if hasEnded, view.hidesLog { entries[id.task].firstFailure?.findLog(view, of: id.item) }
        guard var state = entries[id.task].live[id.item] else {
            // Of an item that ended, only a pod which is still kept concerns anybody.
            if hasEnded, !view.isHeld { return }
            var state = ItemState()
            state.isFlushed = hasEnded
            didStart(id.task)
            state.set(view)
            entries[id.task].live[id.item] = state
            dirtyItems.insert(id)
            return
        }
        if let known = state.attempts.first(where: { $0.attempt == view.attempt }), known.uid == view.uid {
            if known == view { return }
            if let new = view.resourceVersion, let old = known.resourceVersion, old != new, old.isAtLeast(new) == true {
                return
            }
        }
        if state.vanished.contains(view.uid) { return }
        if hasEnded, !view.isHeld, !state.attempts.contains(where: { $0.uid == view.uid }) { return }
        // In place: a copy of the state would cost as much as the item.
        entries[id.task].live[id.item] = nil
        if !state.attempts.contains(where: { $0.uid == view.uid }) { didStart(id.task) }
        state.set(view)
        entries[id.task].live[id.item] = state
        dirtyItems.insert(id)
    }

    /// Takes the news that a pod, a nested run or a training job is gone.
    public mutating func remove(_ metadata: ObjectMeta) {
        releasable[metadata.name] = nil
        expired[metadata.name] = nil
        overdue[metadata.name] = nil
        unmarked[metadata.uid] = nil
        guard let id = item(of: metadata), var state = entries[id.task].live[id.item] else { return }
        state.vanished.insert(metadata.uid)
        state.attempts.removeAll { $0.uid == metadata.uid }
        entries[id.task].live[id.item] = state
        dirtyItems.insert(id)
    }

    private func item(of metadata: ObjectMeta) -> ItemID? {
        guard let task = metadata.labels[FairleadLabel.task], let index = shape.indexes[task] else { return nil }
        let item = metadata.labels[FairleadLabel.itemIndex].map { Int($0) ?? -1 } ?? 0
        return (0..<Limits.published.mapItems).contains(item) ? ItemID(task: index, item: item) : nil
    }

    /// Takes the news that the status as built last stands in the run.
    ///
    /// - Parameters:
    ///   - flush: How much of ``unflushed`` and ``unflushedTasks`` it held: what ended since waits for the next one.
    ///   - now: When.
    public mutating func didFlush(_ flush: Flush, now: Date) {
        lastFlush = now
        // What was folded while the status was being written stands in the next one.
        flushedRevision = flush.revision
        for id in unflushed.prefix(flush.items) {
            guard entries[id.task].live[id.item] != nil else { continue }
            entries[id.task].live[id.item]?.isFlushed = true
            dirtyItems.insert(id)
        }
        registered.subtract(unflushed.prefix(flush.items))
        unflushed.removeFirst(min(flush.items, unflushed.count))
        unflushedTasks.removeFirst(min(flush.tasks, unflushedTasks.count))
    }

    /// Takes the end of a failed attempt's log; nil where it can't be had.
    public mutating func didReadLog(of task: Int, pod: String, _ log: String?) {
        guard unreadLogs[task] == pod else { return }
        unreadLogs[task] = nil
        guard let log else { return }
        if let message = entries[task].record?.message {
            entries[task].record?.message = PodOutcome.adding(log, to: message)
        }
        revision += 1
    }

    /// Takes the news that a mapped task's lists of results were written.
    public mutating func didWriteLists(_ task: Int) { unwrittenLists.remove(task) }

    /// Takes the news that a pod was released.
    public mutating func didRelease(pod: String) {
        guard let view = releasable.removeValue(forKey: pod) else { return }
        if view.outcome.isSuccess { removable += 1 }
    }

    /// Takes the news that a nested run or a training job was asked to end, or that a pod which was to be deleted is
    /// another by now: then it may have started, and is judged anew.
    public mutating func didStop(pod: String) { expired[pod] = nil }

    /// Takes the news that it was written on a pod that it has been pending for too long, or that the pod is another by
    /// now: then it may have started, and is judged anew.
    public mutating func didMark(pod: String) { overdue[pod] = nil }

    /// Takes the news that nothing may be written on pods that have been pending for too long: they are deleted all the
    /// same, and only who leads now knows why.
    public mutating func didRefuseMarks(of views: [AttemptView]) {
        for view in views { overdue[view.pod] = nil }
        let refused = Dictionary(views.map { ($0.uid, $0) }, uniquingKeysWith: { $1 })
        for task in entries.indices where !refused.isEmpty {
            for (item, state) in entries[task].live {
                guard let newest = state.newest, refused[newest.uid] == newest else { continue }
                unmarked[newest.uid] = newest.waitsFor
                entries[task].live[item]?.attempts[state.attempts.count - 1].isOverdue = true
                dirtyItems.insert(ItemID(task: task, item: item))
            }
        }
    }

    /// Takes the news that released pods were deleted.
    public mutating func didRemove() { removable = 0 }

    /// Every attempt whose pod our finalizer keeps, in a fixed order.
    public var held: [AttemptView] {
        entries.flatMap { $0.live.values.flatMap { $0.attempts.filter(\.isHeld) } }.sorted { $0.pod < $1.pod }
    }
}

/// How much of what had ended a status told for the first time.
public struct Flush: Sendable, Hashable {
    /// Ended items.
    public var items: Int
    /// Ended tasks.
    public var tasks: Int
    /// The newest change.
    public var revision: Int

    /// Counts what a status tells.
    public init(items: Int, tasks: Int, revision: Int) {
        self.items = items
        self.tasks = tasks
        self.revision = revision
    }
}

/// A moment at which an item, or a task that waits, must be looked at again.
struct ItemTimer: Comparable, Sendable {
    var due: Date
    var id: ItemID

    static func < (left: ItemTimer, right: ItemTimer) -> Bool { left.due < right.due }
}

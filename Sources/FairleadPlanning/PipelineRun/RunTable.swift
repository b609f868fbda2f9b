public import FairleadAPI
public import Foundation
import HeapModule
public import KubernetesCore

/// A run's pods folded into a value, so that planning costs what changed and not what there is.
///
/// Guarantees: folding the newest view of each pod, in any order and any number of times, gives the same table as
/// rebuilding it from a list. A task that has ended stays ended.
public struct RunTable: Sendable {
    /// The tasks' edges and budgets.
    public let shape: RunShape
    /// Each task's state, by index.
    public internal(set) var entries: [TaskEntry]
    /// Tasks without a pod whose time has come, in the order of their indexes.
    public internal(set) var ready: Set<Int> = []
    /// Tasks with a pod that has not ended.
    public internal(set) var active = 0
    /// Tasks that have ended, `finally` included.
    public internal(set) var finished = 0
    /// Tasks outside `finally` that have not ended.
    public internal(set) var remainingTasks: Int
    /// Ended tasks whose end does not stand in the run's status yet.
    public internal(set) var unflushed: [Int] = []
    /// Attempts whose pods may be released.
    public internal(set) var releasable: [String: AttemptView] = [:]
    /// Attempts that outlived a time limit and whose pods must be deleted.
    public internal(set) var expired: [String: AttemptView] = [:]
    /// Whether anything that the status shows has changed since the last flush.
    public internal(set) var isStatusDirty = true
    /// When the status was last flushed.
    public internal(set) var lastFlush: Date?
    /// How many pods may be made in one step; doubles while that goes well.
    public internal(set) var createWindow = RunTable.smallestWindow

    var dirty: Set<Int>
    var timers = Heap<TaskTimer>()
    let artifacts: ArtifactLocation?

    /// The number of pods made in a run's first step.
    static let smallestWindow = 8
    /// The most pods made in one step.
    static let largestWindow = 256

    /// A table of a run of which nothing has happened.
    ///
    /// - Parameters:
    ///   - shape: The run's tasks.
    ///   - recorded: What the run's status tells of them; ended tasks stay ended.
    ///   - artifacts: Where artifacts are kept, nil where there is no store.
    public init(shape: RunShape, recorded: [TaskStatus] = [], artifacts: ArtifactLocation? = nil) {
        self.shape = shape
        self.artifacts = artifacts
        entries = shape.tasks.map { TaskEntry(unmet: $0.dependencies.count) }
        remainingTasks = shape.tasks.count { !$0.isFinally }
        dirty = Set(shape.tasks.indices)
        let statuses = Dictionary(recorded.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for index in shape.tasks.indices {
            guard let status = statuses[shape.tasks[index].name], status.phase.isTerminal else { continue }
            finish(index, status)
        }
        unflushed = []
    }

    /// Takes a pod's newest view.
    public mutating func fold(_ pod: PodView) {
        guard let task = pod.metadata.labels[FairleadLabel.task], let index = shape.indexes[task] else { return }
        let view = AttemptView(pod, shape: shape.tasks[index])
        if let known = entries[index].attempts[view.attempt], known.uid == view.uid {
            if known == view { return }
            if let new = view.resourceVersion, let old = known.resourceVersion, old != new, old.isAtLeast(new) == true {
                return
            }
        }
        if entries[index].vanished.contains(view.uid) { return }
        entries[index].attempts[view.attempt] = view
        dirty.insert(index)
    }

    /// Takes the news that a pod is gone.
    public mutating func remove(_ pod: PodView) {
        guard let task = pod.metadata.labels[FairleadLabel.task], let index = shape.indexes[task] else { return }
        entries[index].vanished.insert(pod.metadata.uid)
        releasable[pod.metadata.name] = nil
        expired[pod.metadata.name] = nil
        guard let attempt = entries[index].attempts.first(where: { $0.value.uid == pod.metadata.uid })?.key else {
            return
        }
        entries[index].attempts[attempt] = nil
        dirty.insert(index)
    }

    /// Takes the news that the status as built last stands in the run.
    ///
    /// - Parameters:
    ///   - count: How many of ``unflushed`` it held: those that ended since wait for the next flush.
    ///   - now: When.
    public mutating func didFlush(_ count: Int, now: Date) {
        lastFlush = now
        isStatusDirty = unflushed.count > count
        for index in unflushed.prefix(count) {
            entries[index].isFlushed = true
            dirty.insert(index)
        }
        unflushed.removeFirst(min(count, unflushed.count))
    }

    /// Takes the news that a step's pods were made, or that one was refused.
    public mutating func didCreate(allSucceeded: Bool) {
        createWindow = allSucceeded ? min(createWindow * 2, Self.largestWindow) : 1
    }

    /// Takes the news that a pod was released.
    public mutating func didRelease(pod: String) {
        releasable[pod] = nil
    }

    /// Every attempt whose pod our finalizer keeps, in a fixed order.
    public var held: [AttemptView] {
        entries.flatMap { $0.attempts.values.filter(\.isHeld) }.sorted { $0.pod < $1.pod }
    }

    /// Ends a task for which no pod can be made.
    public mutating func fail(_ index: Int, reason: Reason, message: String, now: Date) {
        guard entries.indices.contains(index), entries[index].record == nil else { return }
        var status = TaskStatus(name: shape.tasks[index].name, phase: .failed)
        status.reason = reason
        status.message = message
        status.attempts = entries[index].newest?.attempt
        status.startTime = entries[index].firstCreated.map { Time($0) }
        status.completionTime = Time(now)
        finish(index, status)
    }
}

/// A moment at which a task must be looked at again.
struct TaskTimer: Comparable, Sendable {
    var due: Date
    var task: Int

    static func < (left: TaskTimer, right: TaskTimer) -> Bool { left.due < right.due }
}

/// A task's state in a ``RunTable``.
public struct TaskEntry: Sendable, Equatable {
    /// The task's attempts that still have a pod, by number.
    public internal(set) var attempts: [Int: AttemptView] = [:]
    /// How the task ended, nil while it has not.
    public internal(set) var record: TaskStatus?
    /// Dependencies that have not ended.
    public internal(set) var unmet: Int
    /// When the next attempt may start, nil where none is due.
    public internal(set) var retryAt: Date?
    /// When the first attempt's pod was made.
    public internal(set) var firstCreated: Date?

    var isActive = false
    var isFlushed = false
    var nextTimer: Date?
    var vanished: Set<String> = []

    init(unmet: Int) { self.unmet = unmet }

    /// The attempt with the highest number.
    public var newest: AttemptView? { attempts.max { $0.key < $1.key }?.value }
}

public import FairleadAPI
public import Foundation
public import KubernetesCore

/// A task's state in a ``RunTable``.
public struct TaskEntry: Sendable, Equatable {
    /// How the task ended, nil while it has not.
    public internal(set) var record: TaskStatus?
    /// Dependencies that have not ended.
    public internal(set) var unmet: Int
    /// What its items are, nil while the task has not been opened.
    public internal(set) var items: TaskItems?
    /// When it was opened.
    public internal(set) var opened: Date?
    /// Items that have a pod, or wait for their next one.
    public internal(set) var live: [Int: ItemState] = [:]
    /// Items that ended well.
    public internal(set) var completed = IndexRanges()
    /// Items that failed.
    public internal(set) var failed = IndexRanges()
    /// What the ended items of a mapped task wrote.
    public internal(set) var values: [Int: ItemOutput] = [:]
    /// The results of an ended mapped task, each a list in item order with null for failed items.
    public internal(set) var lists: [String: JSONValue] = [:]
    /// The first failure of an item.
    public internal(set) var firstFailure: ItemFailure?
    /// The files of an ended mapped task, in item order with nil for failed items.
    public internal(set) var fileLists: [String: [ArtifactReference?]] = [:]
    /// What an approval gate asks, with its references replaced.
    public internal(set) var question: String?
    /// Items that have a pod which has not ended.
    public internal(set) var active = 0
    /// The folder that has the logs of its items, where they are kept.
    public internal(set) var logs: String?

    /// What the server said when it refused its last pod, and how often it has done so in a row.
    var refusal: String?
    var refusals = 0
    /// Why its nested runs or jobs can't be made for now.
    var hindrance: Hindrance?
    /// How long it has had no pod while pods are refused.
    var wait: TaskWait?
    /// What the cache said about its items.
    var cache = ItemCache()
    /// Started items that need a pod now.
    var due: Set<Int> = []
    /// Every item below has been started.
    var next = 0
    /// When the first pod of any item was made.
    var firstCreated: Date?
    /// When the task is looked at again although nothing happens.
    var wakeTime: Date?

    init(unmet: Int) { self.unmet = unmet }

    /// The number of items, nil while the task has not been opened.
    public var total: Int? { items?.count }

    /// The newest attempt of an unmapped task.
    public var newest: AttemptView? { live[0]?.newest }

    /// How many items have ended.
    public var ended: Int { completed.count + failed.count }

    /// How many ranges of failed items a status shows; the others stand in chunks.
    static let shownFailures = 1000

    /// Takes an item's failure.
    mutating func fail(_ item: Int) {
        failed.insert(item)
        guard failed.ranges.count > Self.shownFailures else { return }
        var output = ItemOutput()
        output.hasFailed = true
        values[item] = output
    }

    /// Whether nothing more will happen to an item.
    func hasEnded(_ item: Int) -> Bool { record != nil || completed.contains(item) || failed.contains(item) }
}

/// Since when a task has no pod while pods are refused.
struct TaskWait: Sendable, Equatable {
    /// As its status tells: perhaps since before this controller led.
    var since: Date
    /// As this controller has seen; nil while nothing has been refused to it.
    var seen: Date?
}

/// The state of an item that has a pod, or waits for its next one.
public struct ItemState: Sendable, Equatable {
    /// The attempts that still have a pod, ascending.
    public internal(set) var attempts: [AttemptView] = []
    /// When the next attempt may start, nil where none is due.
    public internal(set) var retryAt: Date?
    /// When the first attempt's pod was made.
    public internal(set) var firstCreated: Date?

    var isActive = false
    /// Whether the item's end stands in the run's status.
    var isFlushed = false
    var nextTimer: Date?
    var vanished: Set<String> = []
    /// When a pod that a queue decides about was first seen without its gate.
    private var admitted: Admission?

    /// From when a pod counts as pending, nil while it does not: what it waits in a queue does not count.
    mutating func pendingSince(_ view: AttemptView, now: Date) -> Date? {
        if view.isGated {
            admitted = nil
            return nil
        }
        guard view.isQueued else { return view.createdAt }
        if admitted?.uid != view.uid { admitted = Admission(uid: view.uid, at: now) }
        return admitted?.at
    }

    /// The attempt with the highest number.
    public var newest: AttemptView? { attempts.last }

    private struct Admission: Sendable, Equatable {
        var uid: String
        var at: Date
    }

    mutating func set(_ view: AttemptView) {
        if let place = attempts.firstIndex(where: { $0.attempt >= view.attempt }) {
            if attempts[place].attempt == view.attempt {
                attempts[place] = view
            } else {
                attempts.insert(view, at: place)
            }
        } else {
            attempts.append(view)
        }
    }
}

/// What an item of a mapped task wrote.
public struct ItemOutput: Sendable, Hashable, Codable {
    /// Its results.
    public var results: [String: JSONValue]
    /// Its files.
    public var artifacts: [String: ArtifactReference]
    /// Whether it failed; told here where the status does not show it.
    public var hasFailed: Bool?

    /// Collects what an item wrote.
    public init(results: [String: JSONValue] = [:], artifacts: [String: ArtifactReference] = [:]) {
        self.results = results
        self.artifacts = artifacts
    }
}

/// How an item failed.
public struct ItemFailure: Sendable, Hashable {
    /// The item.
    public var item: Int
    /// Why.
    public var reason: Reason
    /// For people.
    public var message: String
    /// The pod whose log has to be read before the task's end is told.
    var unreadLog: String?

    /// What the status of a task that goes on says of it.
    var story: String { "item \(item) failed: \(message)" }

    /// Reads what the status of a task that goes on says, nil where it says nothing of a failure.
    init?(_ status: TaskStatus) {
        guard let reason = status.reason, let story = status.message, story.hasPrefix("item "),
            let end = story.firstRange(of: " failed: "), let item = Int(story[..<end.lowerBound].dropFirst(5))
        else { return nil }
        let message = story[end.upperBound...]
        let rest = message.range(of: "\n\(RunTable.waits)", options: .backwards)
        self.init(item: item, reason: reason, message: String(message[..<(rest?.lowerBound ?? message.endIndex)]))
    }

    /// Takes the pod of an item that ended while perhaps another controller led: the status tells nothing of its log.
    mutating func findLog(_ view: AttemptView, of item: Int) {
        if item == self.item, message.contains(view.pod) { unreadLog = view.pod }
    }

    init(item: Int, reason: Reason, message: String) {
        self.item = item
        self.reason = reason
        self.message = message
    }
}

import DequeModule
import KubernetesCore

/// One change of a collection.
struct ObjectChange: Sendable {
    var revision: Int64
    /// The object before; nil where the change made it.
    var previous: ObjectImage?
    /// The object after; where it went, its last state under the revision of its end.
    var current: ObjectImage
    var isDeletion: Bool

    var key: ObjectKey { current.key }
}

/// The newest changes of a collection, from which watches resume and old lists are rebuilt; bounded.
struct ChangeHistory: Sendable {
    private var changes: Deque<ObjectChange> = []
    /// Changes up to this revision are no longer known.
    private(set) var floor: Int64
    private let capacity: Int

    init(floor: Int64, capacity: Int) {
        self.floor = floor
        self.capacity = max(1, capacity)
    }

    /// The newest revision that is known here.
    var last: Int64 { changes.last?.revision ?? floor }

    mutating func append(_ change: ObjectChange) {
        if changes.count >= capacity, let oldest = changes.popFirst() { floor = oldest.revision }
        changes.append(change)
    }

    /// Forgets everything up to a revision, as a compaction does.
    mutating func forget(through revision: Int64) {
        while let first = changes.first, first.revision <= revision { changes.removeFirst() }
        floor = max(floor, revision)
    }

    /// The changes after a revision, oldest first; nil where some of them are forgotten.
    func changes(after revision: Int64, limit: Int = .max) -> ArraySlice<ObjectChange>? {
        guard revision >= floor else { return nil }
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        let end = min(changes.count, low + min(limit, changes.count))
        return ArraySlice(changes[low..<end])
    }
}

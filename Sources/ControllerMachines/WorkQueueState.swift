import HeapModule

/// How the work on a key ended.
public enum WorkOutcome: Sendable, Hashable {
    /// Done; earlier failures are forgotten.
    case success
    /// Failed: the key comes again after its back-off.
    case failure
    /// Done for now; earlier failures are forgotten and the key comes again after a while.
    case after(Duration)
}

/// How urgent a key is; the higher the earlier.
public struct WorkPriority: Sendable, Hashable, Comparable, RawRepresentable {
    /// The higher the earlier.
    public var rawValue: Int

    /// Any priority.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// What a user or a change asks for.
    public static let normal = WorkPriority(rawValue: 0)
    /// What a list brings of objects that did not change.
    public static let low = WorkPriority(rawValue: -100)

    public static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rawValue < right.rawValue }
}

/// Which keys need work, which are being worked on, and which must wait.
///
/// Guarantees: a key is never handed out twice at a time; a key that is added while it is worked on comes again; a key
/// that waits is there once, at the earliest of the times and the highest of the priorities it was added with;
/// first come, first served within a priority. Times are any monotonic time.
public struct WorkQueueState<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var priority: WorkPriority
        /// nil where the key is ready.
        var readyAt: Duration?
        var sequence: UInt64
        /// Since when the key is ready.
        var since: Duration
    }

    private struct Ready: Comparable, Sendable {
        var priority: WorkPriority
        var sequence: UInt64
        var key: Key

        static func < (left: Ready, right: Ready) -> Bool {
            if left.priority != right.priority { return left.priority < right.priority }
            return left.sequence > right.sequence
        }
        static func == (left: Ready, right: Ready) -> Bool { left.sequence == right.sequence }
    }

    private struct Delayed: Comparable, Sendable {
        var readyAt: Duration
        var sequence: UInt64
        var key: Key

        static func < (left: Delayed, right: Delayed) -> Bool {
            (left.readyAt, left.sequence) < (right.readyAt, right.sequence)
        }
        static func == (left: Delayed, right: Delayed) -> Bool { left.sequence == right.sequence }
    }

    private struct Processing: Sendable {
        var priority: WorkPriority
        /// For how long it was ready before.
        var waited: Duration
    }

    /// Longer delays would leave the range of times.
    private static var longestDelay: Duration { .seconds(1 << 40) }

    private let backoff: Backoff
    private var waiting: [Key: Entry] = [:]
    private var processing: [Key: Processing] = [:]
    /// Keys that were added while they are worked on; also in `processing`.
    private var dirty: [Key: Entry] = [:]
    private var failures: [Key: Int] = [:]
    /// Both heaps keep outdated elements until they come up: an element counts only while its sequence is the entry's.
    private var ready = Heap<Ready>()
    private var delayed = Heap<Delayed>()
    private var sequence: UInt64 = 0

    /// How often a key was added that did not wait already.
    public private(set) var addCount: UInt64 = 0
    /// How often a key was added again since the work on it failed.
    public private(set) var retryCount: UInt64 = 0

    /// An empty queue.
    public init(backoff: Backoff = Backoff(initial: .milliseconds(5), cap: .seconds(300))) {
        self.backoff = backoff
    }

    /// Adds a key, ready at once.
    public mutating func add(_ key: Key, priority: WorkPriority = .normal, now: Duration) {
        enter(key, priority: priority, readyAt: nil, now: now)
    }

    /// Adds a key that is ready after a while; a key that waits already keeps the earlier time.
    public mutating func add(_ key: Key, after delay: Duration, priority: WorkPriority = .normal, now: Duration) {
        enter(key, priority: priority, readyAt: delay > .zero ? now + min(delay, Self.longestDelay) : nil, now: now)
    }

    /// Hands out the most urgent key that is ready; the caller reports with ``done(_:_:now:)``.
    public mutating func next(now: Duration) -> Key? {
        promote(now: now)
        while let element = ready.popMax() {
            guard let entry = waiting[element.key], entry.sequence == element.sequence else { continue }
            waiting[element.key] = nil
            processing[element.key] = Processing(priority: entry.priority, waited: max(.zero, now - entry.since))
            return element.key
        }
        return nil
    }

    /// Notes that the work on a key has ended.
    public mutating func done(_ key: Key, _ outcome: WorkOutcome, now: Duration) {
        guard let priority = processing.removeValue(forKey: key)?.priority else { return }
        switch outcome {
        case .success: failures[key] = nil
        case .after(let delay):
            failures[key] = nil
            add(key, after: delay, priority: priority, now: now)
        case .failure:
            let count = failures[key] ?? 0
            failures[key] = min(count + 1, 1 << 20)
            retryCount += 1
            add(key, after: backoff.delay(afterFailures: count), priority: priority, now: now)
        }
        guard let again = dirty.removeValue(forKey: key) else { return }
        enter(key, priority: again.priority, readyAt: again.readyAt, now: now)
    }

    /// Forgets a key's failures.
    public mutating func forget(_ key: Key) { failures[key] = nil }

    /// How often in a row the work on a key failed.
    public func failureCount(_ key: Key) -> Int { failures[key] ?? 0 }

    /// For how long a key that is worked on was ready before; nil where it is not worked on.
    public func waited(_ key: Key) -> Duration? { processing[key]?.waited }

    /// When the next key that must wait will be ready; nil where none waits.
    public mutating func nextWake() -> Duration? {
        while let first = delayed.min {
            if isCurrent(first) { return first.readyAt }
            delayed.removeMin()
        }
        return nil
    }

    /// Keys that are ready.
    public var readyCount: Int { waiting.values.count { $0.readyAt == nil } }
    /// Keys that must wait.
    public var delayedCount: Int { waiting.values.count { $0.readyAt != nil } }
    /// Keys that are worked on.
    public var processingCount: Int { processing.count }
    /// Whether nothing waits and nothing is worked on.
    public var isEmpty: Bool { waiting.isEmpty && processing.isEmpty }

    /// For how long the oldest key that is ready has been waiting; nil where none is ready.
    public func oldestAge(now: Duration) -> Duration? {
        waiting.values.lazy.map { $0.readyAt ?? $0.since }.filter { $0 <= now }.min().map { now - $0 }
    }

    private mutating func enter(_ key: Key, priority: WorkPriority, readyAt: Duration?, now: Duration) {
        guard processing[key] == nil else {
            var entry = dirty[key] ?? Entry(priority: priority, readyAt: readyAt, sequence: 0, since: now)
            entry.priority = max(entry.priority, priority)
            entry.readyAt = Self.earlier(entry.readyAt, readyAt)
            dirty[key] = entry
            return
        }
        guard let old = waiting[key] else {
            addCount += 1
            put(key, Entry(priority: priority, readyAt: readyAt, sequence: nextSequence(), since: now))
            return
        }
        var entry = old
        entry.priority = max(old.priority, priority)
        entry.readyAt = Self.earlier(old.readyAt, readyAt)
        if entry.priority == old.priority, entry.readyAt == old.readyAt { return }
        if old.readyAt != nil { entry.since = now }
        entry.sequence = nextSequence()
        put(key, entry)
    }

    private mutating func put(_ key: Key, _ entry: Entry) {
        waiting[key] = entry
        if let readyAt = entry.readyAt {
            delayed.insert(Delayed(readyAt: readyAt, sequence: entry.sequence, key: key))
        } else {
            ready.insert(Ready(priority: entry.priority, sequence: entry.sequence, key: key))
        }
        compact()
    }

    private mutating func promote(now: Duration) {
        while let first = delayed.min, first.readyAt <= now || !isCurrent(first) {
            delayed.removeMin()
            guard var entry = waiting[first.key], entry.sequence == first.sequence else { continue }
            entry.readyAt = nil
            entry.since = first.readyAt
            entry.sequence = nextSequence()
            put(first.key, entry)
        }
    }

    /// Keeps outdated elements from outgrowing the keys.
    private mutating func compact() {
        let limit = 2 * waiting.count + 64
        if ready.count > limit {
            ready = Heap(ready.unordered.filter { waiting[$0.key]?.sequence == $0.sequence })
        }
        if delayed.count > limit { delayed = Heap(delayed.unordered.filter(isCurrent)) }
    }

    private func isCurrent(_ element: Delayed) -> Bool { waiting[element.key]?.sequence == element.sequence }

    private mutating func nextSequence() -> UInt64 {
        sequence += 1
        return sequence
    }

    /// The earlier of two times, where nil is at once.
    private static func earlier(_ left: Duration?, _ right: Duration?) -> Duration? {
        guard let left, let right else { return nil }
        return min(left, right)
    }
}

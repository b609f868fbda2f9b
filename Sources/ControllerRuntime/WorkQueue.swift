public import ControllerMachines
import Synchronization

/// Hands keys to workers; see `WorkQueueState` for what it guarantees.
///
/// Keys that must wait come up only while ``run()`` runs, which ``Controller`` sees to.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private struct Waiter {
        var id: UInt64
        var continuation: CheckedContinuation<Key?, Never>
    }

    private struct State {
        var queue: WorkQueueState<Key>
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
        var isShutDown = false
        /// Until when the timer sleeps; nil where it sleeps until it is woken.
        var timerWakesAt: Duration?
        var isTimerRunning = false
    }

    private struct HandOver: Sendable {
        var continuation: CheckedContinuation<Key?, Never>
        var key: Key?
    }

    /// How late the timer of a healthy process may be at most.
    private static var longestDelay: Duration { .seconds(60) }

    private let state: Mutex<State>
    private let timer = Pulse()
    private let clock: any RuntimeClock

    /// An empty queue.
    ///
    /// - Parameters:
    ///   - clock: For delays.
    ///   - backoff: How long a key waits after failures in a row.
    public init(
        clock: any RuntimeClock = SystemClock(),
        backoff: Backoff = Backoff(initial: .milliseconds(5), cap: .seconds(300))
    ) {
        self.clock = clock
        state = Mutex(State(queue: WorkQueueState(backoff: backoff)))
    }

    /// Adds a key, ready at once.
    public func add(_ key: Key, priority: WorkPriority = .normal) {
        change { $0.add(key, priority: priority, now: $1) }
    }

    /// Adds a key that is ready after a while; a key that waits already keeps the earlier time.
    public func add(_ key: Key, after delay: Duration, priority: WorkPriority = .normal) {
        change { $0.add(key, after: delay, priority: priority, now: $1) }
    }

    /// Notes that the work on a key has ended.
    public func done(_ key: Key, outcome: WorkOutcome) {
        change { $0.done(key, outcome, now: $1) }
    }

    /// Waits for a key to work on; the caller reports with ``done(_:outcome:)``.
    ///
    /// - Returns: nil after ``shutDown()`` and where the task is cancelled.
    public func next() async -> Key? {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Key?, Never>) in
                let now = clock.elapsed
                let handOver: HandOver? = state.withLock { state in
                    // Under the lock: a cancellation after this finds the waiter.
                    if state.isShutDown || Task.isCancelled { return HandOver(continuation: continuation, key: nil) }
                    if let key = state.queue.next(now: now) { return HandOver(continuation: continuation, key: key) }
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                handOver?.continuation.resume(returning: handOver?.key)
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let index = state.waiters.firstIndex { $0.id == id }
                return index.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: nil)
        }
    }

    /// Lets ``next()`` return nil from now on; keys that are worked on may still be reported.
    public func shutDown() {
        let waiters = state.withLock { state in
            state.isShutDown = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    /// Brings up keys whose time has come, until the task is cancelled.
    public func run() async {
        state.withLock { $0.isTimerRunning = true }
        defer { state.withLock { $0.isTimerRunning = false } }
        while !Task.isCancelled {
            let now = clock.elapsed
            let (handOvers, wake) = state.withLock { state in
                let handOvers = Self.handOut(&state, now: now)
                state.timerWakesAt = state.queue.nextWake()
                return (handOvers, state.timerWakesAt)
            }
            Self.resume(handOvers)
            await timer.wait(until: wake, clock: clock)
        }
    }

    /// How often in a row the work on a key failed.
    public func failureCount(_ key: Key) -> Int { state.withLock { $0.queue.failureCount(key) } }

    /// For how long a key that is worked on was ready before; nil where it is not worked on.
    public func waited(_ key: Key) -> Duration? { state.withLock { $0.queue.waited(key) } }

    /// That keys whose time has come do not come up while ``run()`` runs; nil where they do.
    public var failure: String? {
        let now = clock.elapsed
        let due = state.withLock { $0.isTimerRunning ? $0.queue.nextWake() : nil }
        guard let due, now - due > Self.longestDelay else { return nil }
        return "a key that is due waits for \(now - due)"
    }

    /// How often keys were added, and how often since the work on them failed, for metrics.
    public var totals: (adds: UInt64, retries: UInt64) {
        state.withLock { ($0.queue.addCount, $0.queue.retryCount) }
    }

    /// What waits and what is worked on, for metrics.
    public var depth: (ready: Int, delayed: Int, processing: Int) {
        state.withLock { ($0.queue.readyCount, $0.queue.delayedCount, $0.queue.processingCount) }
    }

    /// For how long the oldest key that is ready has been waiting, for metrics.
    public var oldestAge: Duration? {
        let now = clock.elapsed
        return state.withLock { $0.queue.oldestAge(now: now) }
    }

    private func change(_ body: (inout WorkQueueState<Key>, Duration) -> Void) {
        let now = clock.elapsed
        let (handOvers, mustWakeTimer) = state.withLock { state in
            body(&state.queue, now)
            let handOvers = Self.handOut(&state, now: now)
            guard let wake = state.queue.nextWake() else { return (handOvers, false) }
            return (handOvers, state.timerWakesAt.map { wake < $0 } ?? true)
        }
        Self.resume(handOvers)
        if mustWakeTimer { timer.signal() }
    }

    private static func handOut(_ state: inout State, now: Duration) -> [HandOver] {
        var handOvers: [HandOver] = []
        while !state.waiters.isEmpty, !state.isShutDown, let key = state.queue.next(now: now) {
            handOvers.append(HandOver(continuation: state.waiters.removeFirst().continuation, key: key))
        }
        return handOvers
    }

    private static func resume(_ handOvers: [HandOver]) {
        for handOver in handOvers { handOver.continuation.resume(returning: handOver.key) }
    }
}

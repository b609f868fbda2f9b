public import ControllerRuntime
public import Foundation
import Synchronization

/// A clock that a test turns.
///
/// A sleeper wakes when the clock is turned to its moment or past it; sleepers of one turn wake in order of their
/// moments.
public final class ManualClock: RuntimeClock {
    private struct Sleeper {
        var moment: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed = Duration.zero
        var jumped = 0.0
        var nextSleeper: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
    }

    private let start: Date
    private let state = Mutex(State())

    /// A clock that stands at `start`.
    public init(start: Date = Date(timeIntervalSince1970: 1_767_225_600)) { self.start = start }

    public var elapsed: Duration { state.withLock { $0.elapsed } }

    public var now: Date { state.withLock { start.addingTimeInterval($0.elapsed / .seconds(1) + $0.jumped) } }

    /// Sets the time of day to another one, as an administrator or a time server does: nobody who sleeps notices.
    public func jump(by seconds: Double) { state.withLock { $0.jumped += seconds } }

    /// How many sleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The moment at which the next sleeper wakes; nil where nobody sleeps.
    public var nextWake: Duration? { state.withLock { $0.sleepers.values.map(\.moment).min() } }

    /// Turns the clock forward.
    public func advance(by duration: Duration) { advance(to: elapsed + duration) }

    /// Turns the clock forward to a moment of ``elapsed``; a moment in the past changes nothing.
    public func advance(to moment: Duration) {
        let due = state.withLock { state in
            state.elapsed = max(state.elapsed, moment)
            let now = state.elapsed
            let due = state.sleepers.filter { $0.value.moment <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.moment, $0.key) < ($1.value.moment, $1.key) }.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Turns the clock to the moment of the next sleeper.
    ///
    /// - Returns: Whether anybody slept.
    @discardableResult
    public func advanceToNextWake() -> Bool {
        guard let nextWake else { return false }
        advance(to: nextWake)
        return true
    }

    public func sleep(for duration: Duration) async throws { try await sleep(until: elapsed + duration) }

    public func sleep(until moment: Duration) async throws {
        let id = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if moment <= state.elapsed { return .success(()) }
                    state.sleepers[id] = Sleeper(moment: moment, continuation: continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

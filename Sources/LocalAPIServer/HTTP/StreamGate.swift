import Synchronization

/// Lets a producer run no more than a few chunks ahead of a slow client.
final class StreamGate: Sendable {
    private struct State {
        var free = 4
        var isClosed = false
        var waiter: CheckedContinuation<Bool, Never>?
    }

    private let state = Mutex(State())

    /// Waits for room.
    ///
    /// - Throws: `CancellationError` where the client is gone.
    func enter() async throws {
        let isOpen = await withCheckedContinuation { continuation in
            let known: Bool? = state.withLock { state in
                if state.isClosed { return false }
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiter = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        if !isOpen { throw CancellationError() }
    }

    /// Makes room.
    func leave() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.free += 1 }
            return state.waiter
        }
        waiter?.resume(returning: true)
    }

    /// Ends all waiting.
    func close() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.isClosed = true
            return state.waiter
        }
        waiter?.resume(returning: false)
    }
}

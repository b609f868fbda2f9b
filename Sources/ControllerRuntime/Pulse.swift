import Synchronization

/// A signal for one waiter at a time; a signal that nobody waits for is kept, several are one.
final class Pulse: Sendable {
    private struct State {
        var isPending = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func signal() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isPending = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for a signal, or for the task's cancellation.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let (isDone, displaced) = state.withLock { state in
                    if state.isPending || Task.isCancelled {
                        state.isPending = false
                        return (true, nil as CheckedContinuation<Void, Never>?)
                    }
                    defer { state.waiter = continuation }
                    return (false, state.waiter)
                }
                displaced?.resume()
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }

    /// Waits for a signal, a moment, or the task's cancellation, whichever comes first.
    func wait(until moment: Duration?, clock: any RuntimeClock) async {
        guard let moment else {
            await wait()
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(until: moment) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}

import Foundation
import Synchronization

/// The end that a container is asked for: any number of tasks may wait for it.
public final class TerminationSignal: Sendable {
    private struct State {
        var raisedAt: ContinuousClock.Instant?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    init() {}

    /// When it came; nil for as long as it did not.
    var raisedAt: ContinuousClock.Instant? { state.withLock { $0.raisedAt } }

    /// Lets everyone go on who waits.
    func raise() {
        let waiters = state.withLock { state in
            if state.raisedAt == nil { state.raisedAt = .now }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when it has come, or when the task is cancelled.
    func wait() async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.raisedAt != nil || Task.isCancelled { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    /// Returns when a time is over, the signal has come, or the task is cancelled.
    func wait(for time: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Runs a program that is cancelled when the signal comes, and returns its exit code.
    func cancelling(_ program: @escaping @Sendable () async -> Int32) async -> Int32 {
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await program() }
            group.addTask {
                await self.wait()
                return nil
            }
            var code: Int32 = 0
            for await ended in group {
                if let ended { code = ended }
                group.cancelAll()
            }
            return code
        }
    }

    // MARK: SIGTERM

    /// Takes SIGTERM and SIGINT from now on; to be called first of all.
    ///
    /// A pod may end in the moment in which this program starts: a signal that nobody handles would end it, or, in the
    /// first process of a container, be lost. One that comes before ``ofProcess()`` waits in a pipe.
    public static func hold() {
        guard ends != nil else { return }
        for number in [SIGTERM, SIGINT] {
            signal(number) { _ in
                // A handler may do little more than this.
                var byte: UInt8 = 1
                if let ends = TerminationSignal.ends { _ = write(ends.write, &byte, 1) }
            }
        }
    }

    /// The signal that comes with SIGTERM or SIGINT; ``hold()`` was called before.
    public static func ofProcess() -> TerminationSignal {
        let termination = TerminationSignal()
        guard let ends else { return termination }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(ends.read, &byte, 1) < 0, errno == EINTR {}
            termination.raise()
        }
        return termination
    }

    /// The pipe from the handler to the thread that waits; nil where the process may open nothing more.
    private static let ends: (read: Int32, write: Int32)? = {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }()
}

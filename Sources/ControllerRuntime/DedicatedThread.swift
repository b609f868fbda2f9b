import NIOCore
import NIOPosix

/// A thread for a task that must go on while the cooperative pool is busy, with timers that need no other thread.
public final class DedicatedThread: TaskExecutor {
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop

    /// Starts a thread.
    public init() {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
    }

    deinit { group.shutdownGracefully { _ in } }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        loop.execute { job.runSynchronously(on: executor) }
    }

    /// Waits; throws `CancellationError` where the task is cancelled meanwhile.
    func sleep(for duration: Duration) async throws {
        let end = Readiness()
        let timer = loop.scheduleTask(in: TimeAmount(max(.zero, duration))) { end.open() }
        defer { timer.cancel() }
        try await end.wait()
    }
}

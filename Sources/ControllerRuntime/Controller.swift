import ControllerMachines
import KubernetesClient
public import KubernetesCore
public import Logging
public import ServiceLifecycle

/// Reconciles the keys of a queue, each by one worker at a time.
///
/// Guarantees: a failed reconcile is tried again after a growing delay; at a graceful shutdown no key is begun, and the
/// keys under way have their time before they are cancelled.
///
/// Caveats: a reconcile that does not react to cancellation holds up the end of the process.
public struct Controller: Service {
    /// The controller's name in logs.
    public let name: String
    private let concurrency: Int
    private let queue: WorkQueue<ObjectKey>
    private let reconcile: @Sendable (ObjectKey) async throws -> Requeue
    private let logger: Logger
    private let clock: any RuntimeClock
    private let grace: Duration

    private enum Ended: Sendable { case worker, timer, grace }

    /// A controller.
    ///
    /// - Parameters:
    ///   - name: For logs.
    ///   - concurrency: How many keys are worked on at a time.
    ///   - queue: Where the keys come from.
    ///   - reconcile: Brings the object of a key to where it should be.
    ///   - logger: For failures.
    ///   - clock: For the grace period.
    ///   - grace: How long keys under way have at a graceful shutdown.
    public init(
        name: String, concurrency: Int = 4, queue: WorkQueue<ObjectKey>,
        reconcile: @escaping @Sendable (ObjectKey) async throws -> Requeue, logger: Logger,
        clock: any RuntimeClock = SystemClock(), grace: Duration = .seconds(30)
    ) {
        self.name = name
        self.concurrency = max(1, concurrency)
        self.queue = queue
        self.reconcile = reconcile
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        self.logger = logger
        self.clock = clock
        self.grace = grace
    }

    /// Works until the task is cancelled or a graceful shutdown is over.
    public func run() async {
        let stop = Readiness()
        let queue = queue
        await withGracefulShutdownHandler {
            await work(stop: stop)
        } onGracefulShutdown: {
            queue.shutDown()
            stop.open()
        }
    }

    private func work(stop: Readiness) async {
        await withTaskGroup(of: Ended.self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    while let key = await queue.next() { await process(key) }
                    return .worker
                }
            }
            group.addTask {
                await queue.run()
                return .timer
            }
            group.addTask {
                do {
                    try await stop.wait()
                    try await clock.sleep(for: grace)
                } catch {
                    // Cancelled: either nothing is left to wait for, or all are cancelled anyway.
                }
                return .grace
            }
            var workers = concurrency
            while let ended = await group.next() {
                switch ended {
                case .worker:
                    workers -= 1
                    if workers == 0 { group.cancelAll() }
                case .grace:
                    if workers > 0, !Task.isCancelled {
                        logger.warning("\(workers) reconciles did not end in time and are cancelled")
                    }
                    group.cancelAll()
                case .timer: break
                }
            }
        }
    }

    private func process(_ key: ObjectKey) async {
        do {
            switch try await reconcile(key) {
            case .onChange: queue.done(key, outcome: .success)
            case .after(let delay): queue.done(key, outcome: .after(delay))
            }
        } catch let error as TerminalError {
            logger.error("reconcile failed for good", metadata: ["key": "\(key)", "error": "\(error)"])
            queue.done(key, outcome: .success)
        } catch {
            let isExpected = error is CancellationError || (error as? APIError)?.isConflict == true
            logger.log(
                level: isExpected ? .debug : .warning, "reconcile failed",
                metadata: [
                    "key": "\(key)", "error": "\(error)", "failures": "\(queue.failureCount(key) + 1)",
                ])
            queue.done(key, outcome: .failure)
        }
    }
}

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
    private let type: ResourceType
    private let uid: @Sendable (ObjectKey) -> String?
    private let concurrency: Int
    private let queue: WorkQueue<ObjectKey>
    private let reconcile: @Sendable (ObjectKey) async throws -> Requeue
    private let logger: Logger
    private let clock: any RuntimeClock
    private let grace: Duration
    private let metrics: RuntimeMetrics?

    private enum Ended: Sendable { case worker, timer, grace }

    /// A controller.
    ///
    /// - Parameters:
    ///   - name: For logs and metrics.
    ///   - type: Of which kind the keys' objects are, for logs.
    ///   - uid: The identity of a key's object where it is known, for logs.
    ///   - concurrency: How many keys are worked on at a time.
    ///   - queue: Where the keys come from.
    ///   - reconcile: Brings the object of a key to where it should be.
    ///   - logger: For failures.
    ///   - clock: For the grace period.
    ///   - grace: How long keys under way have at a graceful shutdown.
    ///   - metrics: Told of queue and reconciles.
    public init(
        name: String, _ type: ResourceType, uid: @escaping @Sendable (ObjectKey) -> String? = { _ in nil },
        concurrency: Int = 4, queue: WorkQueue<ObjectKey>,
        reconcile: @escaping @Sendable (ObjectKey) async throws -> Requeue, logger: Logger,
        clock: any RuntimeClock = SystemClock(), grace: Duration = .seconds(30), metrics: RuntimeMetrics? = nil
    ) {
        self.name = name
        self.type = type
        self.uid = uid
        self.concurrency = max(1, concurrency)
        self.queue = queue
        self.reconcile = reconcile
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        self.logger = logger
        self.clock = clock
        self.grace = grace
        self.metrics = metrics
        metrics?.observe(queue, name, concurrency: self.concurrency)
    }

    /// That keys whose time has come are not worked on; nil where all is well.
    public var failure: String? { queue.failure }

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
        metrics?.began(name, waited: queue.waited(key))
        let began = clock.elapsed
        let result: Result<Requeue, any Error>
        do {
            result = .success(try await reconcile(key))
        } catch {
            result = .failure(error)
        }
        metrics?.ended(name, result, took: clock.elapsed - began)
        switch result {
        case .success(.onChange): queue.done(key, outcome: .success)
        case .success(.after(let delay)): queue.done(key, outcome: .after(delay))
        case .failure(let error as TerminalError):
            log(.error, "reconcile failed for good", key, error)
            queue.done(key, outcome: .success)
        case .failure(let error):
            let isExpected = error is CancellationError || (error as? APIError)?.isConflict == true
            log(isExpected ? .debug : .warning, "reconcile failed", key, error)
            queue.done(key, outcome: .failure)
        }
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ key: ObjectKey, _ error: any Error) {
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "kind": "\(type.gvk.kind)", "name": "\(key.name)", "error": "\(error)",
            "failures": "\(queue.failureCount(key) + 1)",
        ]
        if let namespace = key.namespace { metadata["namespace"] = "\(namespace)" }
        if let uid = uid(key) { metadata["uid"] = "\(uid)" }
        logger.log(level: level, message, metadata: metadata)
    }
}

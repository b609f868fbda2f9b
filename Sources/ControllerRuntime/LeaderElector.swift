public import ControllerMachines
public import KubernetesClient
public import KubernetesCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// The lease was lost: what only a leader may do must end at once, and with it the process.
public struct LeadershipLost: Error, Sendable, Hashable, CustomStringConvertible {
    /// The lease.
    public var lease: ObjectKey

    public var description: String { "the lease \(lease) was lost" }
}

/// Leads while it holds a Lease.
///
/// Guarantees: ``isLeading`` is false as soon as the lease may be another's, also where this service is not scheduled
/// or a request hangs; the lease is given back only at a graceful shutdown, which reaches this service after those
/// that were started after it.
public final class LeaderElector: Service {
    private let client: Client
    private let lease: ObjectKey
    private let logger: Logger
    private let clock: any RuntimeClock
    private let random: @Sendable () -> Double
    private let timing: LeaseMachine.Timing
    private let machine: Mutex<LeaseMachine>

    /// Opens when the lease is acquired.
    public let acquired = Readiness()

    /// A candidate.
    ///
    /// - Parameters:
    ///   - client: Where the lease is.
    ///   - lease: Its namespace and name.
    ///   - identity: Unique among all candidates, and new for each process.
    ///   - timing: How long things take.
    ///   - logger: For who leads.
    ///   - clock: For times and delays.
    ///   - random: From 0 to 1, for jitter.
    public init(
        client: Client, lease: ObjectKey, identity: String, timing: LeaseMachine.Timing = LeaseMachine.Timing(),
        logger: Logger, clock: any RuntimeClock = SystemClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.client = client
        self.lease = lease
        self.timing = timing
        self.clock = clock
        self.random = random
        var logger = logger
        logger[metadataKey: "lease"] = "\(lease)"
        self.logger = logger
        machine = Mutex(LeaseMachine(identity: identity, timing: timing))
    }

    /// Whether this process leads at this moment.
    public var isLeading: Bool {
        let now = clock.elapsed
        return machine.withLock { $0.isLeading(now: now) }
    }

    /// Acquires and renews the lease until the task is cancelled or a graceful shutdown begins.
    ///
    /// - Throws: ``LeadershipLost``, `CancellationError`.
    public func run() async throws {
        let stop = Readiness()
        try await withGracefulShutdownHandler {
            try await elect(stop: stop)
        } onGracefulShutdown: {
            stop.open()
        }
    }

    private func elect(stop: Readiness) async throws {
        var releaseEnd: Duration?
        while true {
            try Task.checkCancellation()
            if stop.isOpen {
                if releaseEnd == nil { machine.withLock { $0.release() } }
                let end = releaseEnd ?? clock.elapsed + timing.renewDeadline
                releaseEnd = end
                // Others get it anyway after its duration.
                if clock.elapsed > end { return }
            }
            let (now, date, random) = (clock.elapsed, clock.now, random())
            let action = machine.withLock { $0.next(now: now, date: date, random: random) }
            switch action {
            case .wait(let delay): await wait(delay, stop: stop.isOpen ? nil : stop)
            case .lost: throw LeadershipLost(lease: lease)
            case .released: return
            case .read, .create, .update: try await perform(action, now: now)
            }
        }
    }

    private func wait(_ delay: Duration, stop: Readiness?) async {
        let clock = clock
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(for: delay) }
            if let stop { group.addTask { try? await stop.wait() } }
            await group.next()
            group.cancelAll()
        }
    }

    private func perform(_ action: LeaseMachine.Action, now: Duration) async throws {
        let end = machine.withLock { $0.deadline } ?? now + timing.renewDeadline
        do {
            let found = try await request(action, until: end)
            let now = clock.elapsed
            let isNew = machine.withLock { machine in
                let wasLeading = machine.isLeading(now: now)
                if case .read = action {
                    machine.observed(found, now: now)
                } else if let found {
                    machine.wrote(found, now: now)
                }
                return !wasLeading && machine.isLeading(now: now)
            }
            if isNew {
                logger.info("leading")
                acquired.open()
            }
        } catch {
            try Task.checkCancellation()
            let isConflict = (error as? APIError).map { $0.code == 409 || $0.isNotFound } ?? false
            let (now, random) = (clock.elapsed, random())
            machine.withLock { $0.failed(isConflict: isConflict, now: now, random: random) }
            logger.log(
                level: isConflict ? .debug : .warning, "the lease could not be read or written",
                metadata: ["error": "\(error)"])
        }
    }

    /// Asks the server, for no longer than the answer is of use.
    private func request(_ action: LeaseMachine.Action, until end: Duration) async throws -> LeaseView? {
        try await withThrowingTaskGroup(of: LeaseView?.self) { group in
            group.addTask { try await self.request(action) }
            group.addTask {
                try await self.clock.sleep(until: end)
                throw TransportError(.timeout, "no answer about the lease in time")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func request(_ action: LeaseMachine.Action) async throws -> LeaseView? {
        switch action {
        case .read:
            do {
                return try await client.get(LeaseView.self, lease)
            } catch let error as APIError where error.isNotFound {
                return nil
            }
        case .create(let spec):
            let object: JSONValue = [
                "apiVersion": .string(ResourceType.lease.gvk.apiVersion),
                "kind": .string(ResourceType.lease.gvk.kind),
                "metadata": ["name": .string(lease.name)],
                "spec": try KubernetesJSON.value(of: spec),
            ]
            let answer = try await client.create(.lease, namespace: lease.namespace, object)
            return try KubernetesJSON.decode(LeaseView.self, from: answer)
        case .update(let spec, let version):
            var fields = try KubernetesJSON.value(of: spec)
            // What the spec leaves out must go, and a merge patch needs to hear that.
            if spec.holderIdentity == nil { fields["holderIdentity"] = .null }
            let patch: JSONValue = [
                "metadata": ["resourceVersion": .string(version.rawValue)], "spec": fields,
            ]
            let answer = try await client.patch(.lease, lease, patch)
            return try KubernetesJSON.decode(LeaseView.self, from: answer)
        case .wait, .lost, .released: return nil
        }
    }
}

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
/// that were started after it; with a thread of its own, and a client that nothing else uses, work that keeps the
/// cooperative pool busy does not cost the lease.
public final class LeaderElector: Service {
    /// Times with which no lease can be kept.
    public struct InvalidTiming: Error, Sendable, Hashable, CustomStringConvertible {
        /// The times.
        public var timing: LeaseMachine.Timing

        public var description: String {
            """
            a lease of \(timing.leaseDuration), renewed every \(timing.retryPeriod) within \(timing.renewDeadline), \
            cannot be kept: it must last a second at least and longer than the renewal may take, which must be more \
            than 1.2 times the time between two tries
            """
        }
    }

    private struct State: Sendable {
        var machine: LeaseMachine
        /// When the loop last began to do something; nil where it does not run.
        var turnedAt: Duration?
    }

    /// The lease's namespace and name.
    public let lease: ObjectKey
    private let client: Client
    private let logger: Logger
    private let clock: any RuntimeClock
    private let random: @Sendable () -> Double
    private let timing: LeaseMachine.Timing
    private let thread: DedicatedThread?
    private let state: Mutex<State>

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
    ///   - clock: For times, and for delays where it has no thread of its own.
    ///   - thread: Where it runs; nil for the cooperative pool.
    ///   - random: From 0 to 1, for jitter.
    public init(
        client: Client, lease: ObjectKey, identity: String, timing: LeaseMachine.Timing = LeaseMachine.Timing(),
        logger: Logger, clock: any RuntimeClock = SystemClock(), thread: DedicatedThread? = nil,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.client = client
        self.lease = lease
        self.timing = timing
        self.clock = clock
        self.thread = thread
        self.random = random
        var logger = logger
        logger[metadataKey: "lease"] = "\(lease)"
        self.logger = logger
        state = Mutex(State(machine: LeaseMachine(identity: identity, timing: timing)))
    }

    /// Whether this process leads at this moment.
    public var isLeading: Bool {
        let now = clock.elapsed
        return state.withLock { $0.machine.isLeading(now: now) }
    }

    /// How often the lease went from one holder to another, as it was last seen.
    public var transitions: Int { state.withLock { $0.machine.transitions } }

    /// That the loop which renews the lease hangs; nil where it does not.
    ///
    /// No request and no delay of it lasts longer than the lease, whatever the server does.
    public var failure: String? {
        let now = clock.elapsed
        guard let turnedAt = state.withLock({ $0.turnedAt }) else { return nil }
        let age = now - turnedAt
        return age > timing.leaseDuration * 2 ? "the election has not moved for \(age)" : nil
    }

    /// Acquires and renews the lease until the task is cancelled or a graceful shutdown begins.
    ///
    /// - Throws: ``LeadershipLost``, ``InvalidTiming``, `CancellationError`.
    public func run() async throws {
        guard timing.isValid else { throw InvalidTiming(timing: timing) }
        let stop = Readiness()
        defer { state.withLock { $0.turnedAt = nil } }
        try await withGracefulShutdownHandler {
            try await withTaskExecutorPreference(thread) { try await elect(stop: stop) }
        } onGracefulShutdown: {
            stop.open()
        }
    }

    private func elect(stop: Readiness) async throws {
        var releaseEnd: Duration?
        while true {
            try Task.checkCancellation()
            if stop.isOpen {
                if releaseEnd == nil { state.withLock { $0.machine.release() } }
                let end = releaseEnd ?? clock.elapsed + timing.renewDeadline
                releaseEnd = end
                // Others get it anyway after its duration.
                if clock.elapsed > end { return }
            }
            let (now, date, random) = (clock.elapsed, clock.now, random())
            let action = state.withLock { state in
                state.turnedAt = now
                return state.machine.next(now: now, date: date, random: random)
            }
            switch action {
            case .wait(let delay): await wait(until: now + delay, stop: stop.isOpen ? nil : stop)
            case .lost: throw LeadershipLost(lease: lease)
            case .released: return
            case .read, .create, .update: try await perform(action, now: now)
            }
        }
    }

    private func wait(until moment: Duration, stop: Readiness?) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.sleep(until: moment) }
            if let stop { group.addTask { try? await stop.wait() } }
            await group.next()
            group.cancelAll()
        }
    }

    /// Waits for a moment, however late the waiting begins.
    private func sleep(until moment: Duration) async throws {
        guard let thread else { return try await clock.sleep(until: moment) }
        try await thread.sleep(for: moment - clock.elapsed)
    }

    private func perform(_ action: LeaseMachine.Action, now: Duration) async throws {
        let end = state.withLock { $0.machine.deadline } ?? now + timing.renewDeadline
        do {
            let found = try await request(action, until: end)
            let now = clock.elapsed
            let isNew = state.withLock { state in
                let wasLeading = state.machine.isLeading(now: now)
                if case .read = action {
                    state.machine.observed(found, now: now)
                } else if let found {
                    state.machine.wrote(found, now: now)
                }
                return !wasLeading && state.machine.isLeading(now: now)
            }
            if isNew {
                logger.info("leading")
                acquired.open()
            }
        } catch {
            try Task.checkCancellation()
            let isConflict = (error as? APIError).map { $0.code == 409 || $0.isNotFound } ?? false
            let (now, random) = (clock.elapsed, random())
            state.withLock { $0.machine.failed(isConflict: isConflict, now: now, random: random) }
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
                try await self.sleep(until: end)
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

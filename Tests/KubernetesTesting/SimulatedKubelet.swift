import ControllerMachines
public import ControllerRuntime
public import KubernetesClient
public import KubernetesCore
import Logging
import Synchronization

/// Nodes on which no program runs: they bind pods, say that they run, and end them as they are told.
///
/// Each pod costs what a scheduler and a kubelet cost the API server: a binding, a status that says Running, one that
/// says how it ended, and the removal of what was deleted. It needs nothing that a real API server does not have.
public final class SimulatedKubelet: Sendable {
    /// How a pod ends.
    public struct Ending: Sendable, Hashable {
        /// The exit code of the container `main`.
        public var exitCode: Int
        /// Its termination message.
        public var message: String
        /// The termination message of each sidecar.
        public var sidecarMessage: String
        /// The phase's reason, such as `Evicted`.
        public var reason: String?
        /// The reason of the container `main`, such as `OOMKilled`; nil for the usual one.
        public var containerReason: String?
        /// How long it runs; nil for until it is deleted.
        public var duration: Duration?
        /// How long it runs before it is ready.
        public var readyAfter = Duration.zero

        /// Describes an end.
        public init(
            exitCode: Int = 0, message: String = "", sidecarMessage: String = "", reason: String? = nil,
            containerReason: String? = nil, duration: Duration? = .milliseconds(100)
        ) {
            self.exitCode = exitCode
            self.message = message
            self.sidecarMessage = sidecarMessage
            self.reason = reason
            self.containerReason = containerReason
            self.duration = duration
        }
    }

    /// Decides how a pod ends.
    public typealias Script = @Sendable (PodView) -> Ending

    private struct State: Sendable {
        var stage: [String: Stage] = [:]
        var ended: [ObjectKey: Int] = [:]
        /// How pods end at once, whatever the script says.
        var orders: [ObjectKey: Ending] = [:]
        var bound = 0
        /// The nodes that are lost, and since when.
        var lost: [String: Duration] = [:]
    }

    private enum Stage: Sendable, Equatable {
        case running(until: Duration?, readyAt: Duration?)
        /// On a lost node, as the node controller says.
        case unready
        case ended
    }

    let client: Client
    let clock: any RuntimeClock
    private let nodes: [String]
    private let script: Script
    private let namespace: String?
    private let store = Store<SimulatedPod>()
    private let queue: WorkQueue<ObjectKey>
    private let state = Mutex(State())

    /// Some nodes.
    ///
    /// - Parameters:
    ///   - client: Where pods are found and their statuses written.
    ///   - clock: For how long pods run.
    ///   - nodes: The nodes' names; pods go to them in turn.
    ///   - namespace: Whose pods run on it; nil for those of all.
    ///   - script: How each pod ends.
    public init(
        client: Client, clock: any RuntimeClock = SystemClock(), nodes: [String] = ["simulated"],
        namespace: String? = nil, script: @escaping Script = { _ in Ending() }
    ) {
        self.client = client
        self.clock = clock
        self.nodes = nodes
        self.namespace = namespace
        self.script = script
        queue = WorkQueue(clock: clock)
    }

    /// How often a pod of that name ran to an end.
    public func ends(of pod: ObjectKey) -> Int { state.withLock { $0.ended[pod] ?? 0 } }

    /// Every pod that ran to an end, with how often.
    public var ends: [ObjectKey: Int] { state.withLock { $0.ended } }

    /// Ends a pod that runs, at once and in another way than the script says.
    public func end(_ pod: ObjectKey, _ ending: Ending) {
        state.withLock { $0.orders[pod] = ending }
        queue.add(pod)
    }

    /// Loses a node: nothing ends there any more, and what is deleted stays until it is deleted by force.
    ///
    /// As Kubernetes does, its pods are said to be unready at once and are deleted when the time is over for which
    /// they tolerate that their node is unreachable.
    public func lose(node: String) {
        let now = clock.elapsed
        state.withLock { $0.lost[node] = now }
        for pod in store.all where pod.view.spec.nodeName == node { queue.add(pod.key) }
    }

    /// Has a lost node back.
    public func recover(node: String) {
        state.withLock { $0.lost[node] = nil }
        for pod in store.all where pod.view.spec.nodeName == node { queue.add(pod.key) }
    }

    /// Runs pods until the task is cancelled.
    ///
    /// - Parameter concurrency: How many writes are under way at a time.
    public func run(concurrency: Int = 16) async throws {
        let logger = Logger(label: "simulated-kubelet") { _ in SwiftLogNoOpLogHandler() }
        let queue = queue
        store.subscribe { change, _ in queue.add(change.key) }
        let reflector = Reflector(
            store, client: client, namespaces: namespace.map { [$0] } ?? [], logger: logger, clock: clock)
        let controller = Controller(
            name: "kubelet", PodView.type, concurrency: concurrency, queue: queue,
            reconcile: { try await self.reconcile($0) }, logger: logger, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            group.addTask { await controller.run() }
            try await group.waitForAll()
        }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let found = store[key] else { return .onChange }
        let pod = found.view
        if let node = pod.spec.nodeName {
            guard nodes.contains(node) else { return .onChange }
            if let since = state.withLock({ $0.lost[node] }) { return try await strand(found, since) }
        }
        if pod.metadata.isBeingDeleted {
            if pod.spec.nodeName == nil { return .onChange }
            if !found.isTerminal { try await end(found, Ending(exitCode: 143)) }
            if pod.metadata.deletionGracePeriodSeconds != 0 { try await remove(pod) }
            return .onChange
        }
        if found.isTerminal { return .onChange }
        switch state.withLock({ $0.stage[pod.metadata.uid] }) {
        case nil: return try await start(found)
        case .running(let end, let readyAt): return try await go(found, on: end, readyAt)
        case .unready: return try await resume(found)
        case .ended: return .onChange
        }
    }

    /// Does to a pod on a lost node what Kubernetes' node controllers do.
    private func strand(_ found: SimulatedPod, _ since: Duration) async throws -> Requeue {
        let pod = found.view
        if found.isTerminal || pod.metadata.isBeingDeleted { return .onChange }
        if state.withLock({ $0.stage[pod.metadata.uid] }) != .unready {
            try await write(pod, found.unready(now: Time(clock.now)))
            state.withLock { $0.stage[pod.metadata.uid] = .unready }
        }
        guard let bears = found.unreachableSeconds else { return .onChange }
        let due = since + .seconds(bears)
        if due > clock.elapsed { return .after(due - clock.elapsed) }
        try await write(pod, found.evicted(now: Time(clock.now)))
        try await delete(pod, DeleteOptions(preconditions: DeleteOptions.Preconditions(uid: pod.metadata.uid)))
        return .onChange
    }

    private func start(_ found: SimulatedPod) async throws -> Requeue {
        let pod = found.view
        let ending = script(pod)
        if pod.spec.nodeName == nil {
            guard let node = nextNode() else { return .after(.seconds(1)) }
            try await bind(pod, to: node)
        }
        let isReady = ending.readyAfter <= .zero
        try await write(pod, found.running(now: Time(clock.now), isReady: isReady))
        let now = clock.elapsed
        let (end, readyAt) = (ending.duration.map { now + $0 }, isReady ? nil : now + ending.readyAfter)
        state.withLock { $0.stage[pod.metadata.uid] = .running(until: end, readyAt: readyAt) }
        return Self.next([end, readyAt], now)
    }

    /// A pod whose node is back runs on.
    private func resume(_ found: SimulatedPod) async throws -> Requeue {
        try await write(found.view, found.running(now: Time(clock.now), isReady: true))
        let end = script(found.view).duration.map { clock.elapsed + $0 }
        state.withLock { $0.stage[found.metadata.uid] = .running(until: end, readyAt: nil) }
        return Self.next([end], clock.elapsed)
    }

    private func go(_ found: SimulatedPod, on end: Duration?, _ readyAt: Duration?) async throws -> Requeue {
        let now = clock.elapsed
        if let order = state.withLock({ $0.orders.removeValue(forKey: found.key) }) {
            try await self.end(found, order)
            return .onChange
        }
        if let end, end <= now {
            try await self.end(found, script(found.view))
            return .onChange
        }
        guard let readyAt, readyAt <= now else { return Self.next([end, readyAt], now) }
        try await write(found.view, found.running(now: Time(clock.now), isReady: true))
        state.withLock { $0.stage[found.metadata.uid] = .running(until: end, readyAt: nil) }
        return Self.next([end], now)
    }

    private static func next(_ moments: [Duration?], _ now: Duration) -> Requeue {
        moments.compactMap(\.self).min().map { .after(max(.zero, $0 - now)) } ?? .onChange
    }

    /// Where the next pod goes; nil where every node is lost.
    private func nextNode() -> String? {
        state.withLock { state in
            let alive = nodes.filter { state.lost[$0] == nil }
            guard !alive.isEmpty else { return nil }
            defer { state.bound &+= 1 }
            return alive[state.bound % alive.count]
        }
    }

    private func end(_ found: SimulatedPod, _ ending: Ending) async throws {
        let pod = found.view
        try await write(pod, found.ended(ending, now: Time(clock.now)))
        let isFirst = state.withLock { state in
            defer { state.stage[pod.metadata.uid] = .ended }
            return state.stage[pod.metadata.uid] != .ended
        }
        if isFirst { state.withLock { $0.ended[pod.key, default: 0] += 1 } }
    }
}

import ControllerMachines
public import ControllerRuntime
public import KubernetesClient
public import KubernetesCore
import Logging
import Synchronization

/// A node on which no program runs: it binds pods, says that they run, and ends them as it is told.
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
        /// How long it runs; nil for until it is deleted.
        public var duration: Duration?

        /// Describes an end.
        public init(
            exitCode: Int = 0, message: String = "", sidecarMessage: String = "", reason: String? = nil,
            duration: Duration? = .milliseconds(100)
        ) {
            self.exitCode = exitCode
            self.message = message
            self.sidecarMessage = sidecarMessage
            self.reason = reason
            self.duration = duration
        }
    }

    /// Decides how a pod ends.
    public typealias Script = @Sendable (PodView) -> Ending

    private struct State: Sendable {
        var stage: [String: Stage] = [:]
        var ended: [ObjectKey: Int] = [:]
    }

    private enum Stage: Sendable, Equatable {
        case running(until: Duration?)
        case ended
    }

    private let client: Client
    private let clock: any RuntimeClock
    private let node: String
    private let script: Script
    private let namespace: String?
    private let store = Store<SimulatedPod>()
    private let queue: WorkQueue<ObjectKey>
    private let state = Mutex(State())

    /// A node.
    ///
    /// - Parameters:
    ///   - client: Where pods are found and their statuses written.
    ///   - clock: For how long pods run.
    ///   - node: The node's name.
    ///   - namespace: Whose pods run on it; nil for those of all.
    ///   - script: How each pod ends.
    public init(
        client: Client, clock: any RuntimeClock = SystemClock(), node: String = "simulated", namespace: String? = nil,
        script: @escaping Script = { _ in Ending() }
    ) {
        self.client = client
        self.clock = clock
        self.node = node
        self.namespace = namespace
        self.script = script
        queue = WorkQueue(clock: clock)
    }

    /// How often a pod of that name ran to an end on this node.
    public func ends(of pod: ObjectKey) -> Int { state.withLock { $0.ended[pod] ?? 0 } }

    /// Every pod that ran to an end, with how often.
    public var ends: [ObjectKey: Int] { state.withLock { $0.ended } }

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
        if let other = pod.spec.nodeName, other != node { return .onChange }
        let uid = pod.metadata.uid
        let isTerminal = pod.status.phase == "Succeeded" || pod.status.phase == "Failed"
        if pod.metadata.isBeingDeleted {
            if pod.spec.nodeName == nil { return .onChange }
            if !isTerminal { try await end(found, Ending(exitCode: 143)) }
            if pod.metadata.deletionGracePeriodSeconds != 0 { try await remove(pod) }
            return .onChange
        }
        if isTerminal { return .onChange }
        switch state.withLock({ $0.stage[uid] }) {
        case nil: return try await start(found)
        case .running(let due):
            guard let due else { return .onChange }
            let now = clock.elapsed
            if due > now { return .after(due - now) }
            try await end(found, script(pod))
            return .onChange
        case .ended: return .onChange
        }
    }

    private func start(_ found: SimulatedPod) async throws -> Requeue {
        let pod = found.view
        let ending = script(pod)
        if pod.spec.nodeName == nil {
            let binding: JSONValue = [
                "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(pod.metadata.name)],
                "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
            ]
            let path = "\(ResourceType.pod.path(of: pod.key))/binding"
            do {
                _ = try await client.send(
                    APIRequest(
                        method: .post, path: path, headers: ["Content-Type": "application/json"],
                        body: JSONWriter.bytes(binding)))
            } catch let error as APIError where error.isConflict || error.isNotFound {
                // Bound by the attempt before this one, or gone.
            }
        }
        try await write(pod, found.running(now: Time(clock.now)))
        let due = ending.duration.map { clock.elapsed + $0 }
        state.withLock { $0.stage[pod.metadata.uid] = .running(until: due) }
        return ending.duration.map { .after($0) } ?? .onChange
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

    private func remove(_ pod: PodView) async throws {
        let options = DeleteOptions(
            gracePeriodSeconds: 0, preconditions: DeleteOptions.Preconditions(uid: pod.metadata.uid))
        do {
            try await client.delete(.pod, pod.key, options)
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone already.
        }
    }

    private func write(_ pod: PodView, _ status: JSONValue) async throws {
        do {
            try await client.patch(
                .pod, pod.key, ["metadata": ["uid": .string(pod.metadata.uid)], "status": status],
                as: .strategicMerge, subresource: "status")
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone, or another pod of that name.
        }
    }
}

import ControllerMachines
import ControllerRuntime
import FairleadAPI
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import Synchronization

/// Gives a revision that sleeps its first pod: any router may, and none does more.
///
/// Guarantees: it writes nothing but 0 to 1, and that only onto the version that it has read as 0; however often it is
/// asked, it asks the API server once at a time for a revision; a few dozen calls are under way at most.
final class Waker: Service {
    private struct Key: Sendable, Hashable {
        var service: ObjectKey
        var revision: String
    }

    /// How many revisions are woken at a time.
    private static let width = 16
    /// How often it is tried, which is for about as long as a request waits.
    private static let maxFailures = 30

    private let client: Client
    private let queue: WorkQueue<Key>
    private let services = Mutex<Store<InferenceService>?>(nil)
    private let logger: Logger

    /// A waker.
    ///
    /// - Parameters:
    ///   - client: The API server.
    ///   - logger: For what is woken, and what went wrong.
    ///   - clock: For delays.
    init(client: Client, logger: Logger, clock: any RuntimeClock = SystemClock()) {
        self.client = client
        self.logger = logger
        queue = WorkQueue(clock: clock, backoff: Backoff(initial: .milliseconds(100), cap: .seconds(5), jitter: 0.5))
    }

    /// Learns from the services what is suspended, and what of them has pods of its own.
    func follow(_ store: Store<InferenceService>) { services.withLock { $0 = store } }

    /// Asks for a revision to be woken; returns at once.
    func wake(service: ObjectKey, revision: String) { queue.add(Key(service: service, revision: revision)) }

    func run() async { await cancelWhenGracefulShutdown { await self.work() } }

    private func work() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.queue.run() }
            for _ in 0..<Self.width {
                group.addTask {
                    while let key = await self.queue.next() {
                        let isDone = await self.wake(key)
                        let isGivenUp = self.queue.failureCount(key) >= Self.maxFailures
                        self.queue.done(key, outcome: isDone || isGivenUp ? .success : .failure)
                    }
                }
            }
        }
    }

    /// Wakes all components of a revision; whether that is done, or nothing is to be done.
    private func wake(_ key: Key) async -> Bool {
        let service = services.withLock(\.self)?[key.service]
        if service?.spec.value?.isSuspended == true { return true }
        let revision = service?.status.revisions.first { $0.name == key.revision }
        let components = revision?.components.compactMap(ServiceComponent.init) ?? []
        return await withTaskGroup(of: Bool.self) { group in
            for component in Set(components).union([.predictor]) {
                let name = component.objectName(of: key.revision)
                let deployment = ObjectKey(namespace: key.service.namespace, name: name)
                group.addTask { await self.wake(deployment) }
            }
            return await group.reduce(true) { $0 && $1 }
        }
    }

    private func wake(_ deployment: ObjectKey) async -> Bool {
        do {
            let scale = try await client.get(.deployment, deployment, subresource: "scale")
            guard (scale["spec"]?["replicas"]?.integerValue ?? 0) == 0,
                let version = scale["metadata"]?["resourceVersion"]?.stringValue
            else { return true }
            try await client.patch(
                .deployment, deployment, ["metadata": ["resourceVersion": .string(version)], "spec": ["replicas": 1]],
                subresource: "scale")
            logger.info("woken", metadata: ["deployment": "\(deployment)"])
            return true
        } catch {
            logger.debug("could not wake", metadata: ["deployment": "\(deployment)", "error": "\(error)"])
            return false
        }
    }
}

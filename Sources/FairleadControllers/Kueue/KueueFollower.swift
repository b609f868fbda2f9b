import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle

/// Follows the Workloads of jobs while the API server serves them, in the version that it serves.
struct KueueFollower: Service {
    let client: Client
    let namespaces: [String]
    let discovery: APIDiscovery
    let registry: KueueRegistry
    let logger: Logger
    let clock: any RuntimeClock
    /// Has a job looked at.
    let wake: @Sendable (ObjectKey) -> Void

    func run() async throws {
        let (changes, teller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        discovery.subscribe { _ in teller.yield() }
        do {
            try await cancelWhenGracefulShutdown { try await follow(changes) }
        } catch is CancellationError {
            // Both ends are regular.
        }
    }

    private func follow(_ changes: AsyncStream<Void>) async throws {
        while true {
            try Task.checkCancellation()
            let type = discovery.served.kueueWorkload
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in changes where discovery.served.kueueWorkload != type { return }
                }
                group.addTask { try await follow(type) }
                try await group.next()
                group.cancelAll()
            }
            registry.clear()
        }
    }

    private func follow(_ type: ResourceType?) async throws {
        switch type?.gvk.version {
        case KueueBeta2.name: try await follow(VersionedWorkload<KueueBeta2>.self)
        case KueueBeta1.name: try await follow(VersionedWorkload<KueueBeta1>.self)
        default: try await clock.sleep(for: .seconds(86_400))
        }
    }

    private func follow<Version>(_ kind: VersionedWorkload<Version>.Type) async throws {
        let store = Store<VersionedWorkload<Version>>(clock: clock)
        let (registry, wake) = (registry, wake)
        store.subscribe { change, _ in
            let workload = change.object.workload
            if change.isDeletion { registry.remove(workload.metadata) } else { registry.fold(workload) }
            if let job = workload.metadata.controllerKey(.trainingJob) { wake(job) }
        }
        let ours = WatchMachine.Configuration(labelSelector: PodNaming.managedSelector)
        let reflector = Reflector(
            store, client: client, namespaces: namespaces, configuration: ours, logger: logger, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            group.addTask {
                try await store.waitUntilSynced()
                registry.didSync()
            }
            try await group.waitForAll()
        }
    }
}

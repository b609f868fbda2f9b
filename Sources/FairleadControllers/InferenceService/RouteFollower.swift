import ControllerMachines
import ControllerRuntime
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle

/// Follows the HTTPRoutes of services from when the API server serves them.
struct RouteFollower: Service {
    let client: Client
    let store: Store<RouteView>
    let namespaces: [String]
    let selector: WatchMachine.Configuration
    let discovery: APIDiscovery
    let logger: Logger
    let clock: any RuntimeClock
    /// Hears that they are known.
    let didSync: @Sendable () -> Void

    func run() async throws {
        let (changes, teller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        discovery.subscribe { _ in teller.yield() }
        do {
            try await cancelWhenGracefulShutdown {
                // Not through the changes alone: the first answer may have come before.
                teller.yield()
                for await _ in changes where discovery.served.types.contains(.httpRoute) { return try await follow() }
            }
        } catch is CancellationError {
            // Both ends are regular.
        }
    }

    private func follow() async throws {
        let reflector = Reflector(
            store, client: client, namespaces: namespaces, configuration: selector, logger: logger, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            group.addTask {
                try await store.waitUntilSynced()
                didSync()
            }
            try await group.waitForAll()
        }
    }
}

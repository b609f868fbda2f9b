import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging

/// The stores that a controller keeps up to date by watching: it is not ready before each was filled, and its metrics
/// tell of each.
struct WatchedStores {
    let client: Client
    let namespaces: [String]
    let metrics: RuntimeMetrics
    let logger: Logger
    let clock: any RuntimeClock
    /// What keeps them.
    private(set) var reflectors: [RuntimeGroup.Member] = []
    /// Whether all were filled.
    private(set) var readiness = HealthProbe()

    /// Adds a store; `configuration` tells which objects of its kind are in it.
    mutating func add<T: Resource>(
        _ store: Store<T>, _ configuration: WatchMachine.Configuration = WatchMachine.Configuration()
    ) {
        let reflector = Reflector(
            store, client: client, namespaces: namespaces, configuration: configuration, logger: logger, clock: clock)
        reflectors.append(.reflector(reflector, store))
        readiness.add(store)
        metrics.observe(store)
    }
}

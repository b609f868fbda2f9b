import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging

/// What follows Kueue's Workloads, and what asks for them.
struct KueueWiring: Sendable {
    let discovery: APIDiscovery
    private let registry = KueueRegistry()

    init(discovery: APIDiscovery) { self.discovery = discovery }

    /// Asks for jobs' places.
    func desk(_ client: Client, _ clock: any RuntimeClock) -> KueueDesk {
        KueueDesk(client: client, discovery: discovery, registry: registry, clock: clock)
    }

    /// Follows the Workloads of jobs, where there is Kueue.
    ///
    /// - Parameters:
    ///   - client: Where they are read.
    ///   - namespaces: Whose; empty for those of all.
    ///   - logger: For what goes wrong.
    ///   - clock: For delays.
    ///   - wake: Has a job looked at.
    func follower(
        _ client: Client, _ namespaces: [String], _ logger: Logger, _ clock: any RuntimeClock,
        wake: @escaping @Sendable (ObjectKey) -> Void
    ) -> RuntimeGroup.Member {
        RuntimeGroup.Member(
            "kueue",
            KueueFollower(
                client: client, namespaces: namespaces, discovery: discovery, registry: registry, logger: logger,
                clock: clock, wake: wake))
    }
}

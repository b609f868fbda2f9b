import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Synchronization

/// What planning depends on in each namespace, put together when it is first asked for after a change.
final class PlatformRegistry: Sendable {
    private struct State: Sendable {
        var settings: [String: PlanningSettings] = [:]
        var changes: UInt64 = 0
    }

    private static let connectionsByNamespace = "metadata.namespace"

    private let base: PlanningSettings
    private let connections: Store<Connection>
    private let clusterConnections: Store<ClusterConnection>
    private let profiles: Store<ClusterProfile>
    private let state = Mutex(State())

    init(
        base: PlanningSettings, connections: Store<Connection>, clusterConnections: Store<ClusterConnection>,
        profiles: Store<ClusterProfile>
    ) {
        self.base = base
        self.connections = connections
        self.clusterConnections = clusterConnections
        self.profiles = profiles
        connections.addIndex(Self.connectionsByNamespace) { [$0.metadata.namespace ?? ""] }
    }

    /// What holds in a namespace now.
    func settings(namespace: String?) -> PlanningSettings {
        let namespace = namespace ?? ""
        let (known, changes) = state.withLock { ($0.settings[namespace], $0.changes) }
        if let known { return known }
        var settings = base
        settings.platform = Platform(
            connections: connections.values(index: Self.connectionsByNamespace, term: namespace),
            clusterConnections: clusterConnections.all, profiles: profiles.all)
        let made = settings
        // What changed meanwhile may not be in it.
        state.withLock { if $0.changes == changes { $0.settings[namespace] = made } }
        return made
    }

    /// Takes the news that a Connection or a profile changed.
    func forget() {
        state.withLock { state in
            state.changes += 1
            state.settings = [:]
        }
    }
}

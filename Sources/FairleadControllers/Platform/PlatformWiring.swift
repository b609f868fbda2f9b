import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// The stores and queues of Connections and ClusterProfiles, and what leads from one to the other.
struct PlatformWiring: Sendable {
    let connections: Store<Connection>
    let clusterConnections: Store<ClusterConnection>
    let profiles: Store<ClusterProfile>
    let connectionQueue: WorkQueue<ObjectKey>
    let clusterConnectionQueue: WorkQueue<ObjectKey>
    let profileQueue: WorkQueue<ObjectKey>
    /// What planning depends on, by namespace.
    let settings: PlatformRegistry
    private let namespaces: [String]
    private let clock: any RuntimeClock

    init(base: PlanningSettings, namespaces: [String], clock: any RuntimeClock) {
        connections = Store(clock: clock)
        clusterConnections = Store(clock: clock)
        profiles = Store(clock: clock)
        connectionQueue = WorkQueue(clock: clock)
        clusterConnectionQueue = WorkQueue(clock: clock)
        profileQueue = WorkQueue(clock: clock)
        settings = PlatformRegistry(
            base: base, connections: connections, clusterConnections: clusterConnections, profiles: profiles)
        self.namespaces = namespaces
        self.clock = clock
    }

    /// Whether the cluster's own kinds are read: with rights in some namespaces alone they can't be.
    var readsCluster: Bool { namespaces.isEmpty }

    /// Has the stores kept up to date.
    func watch(_ watched: inout WatchedStores) {
        watched.add(connections)
        guard readsCluster else { return }
        watched.add(clusterConnections)
        watched.add(profiles)
    }

    /// What tells whether the objects of a kind can be used.
    func reconciler<Kind: StandingKind>(
        _ store: Store<CustomResource<Kind>>, _ client: Client
    ) -> StandingReconciler<Kind> {
        StandingReconciler(client: client, store: store, clock: clock)
    }

    /// Which change brings which key.
    func subscribe() {
        Self.subscribe(connections, connectionQueue, settings)
        Self.subscribe(clusterConnections, clusterConnectionQueue, settings)
        Self.subscribe(profiles, profileQueue, settings)
    }

    private static func subscribe<T: Resource>(
        _ store: Store<T>, _ queue: WorkQueue<ObjectKey>, _ settings: PlatformRegistry
    ) {
        store.subscribe { change, source in
            settings.forget()
            queue.add(change.key, priority: source.priority)
        }
    }
}

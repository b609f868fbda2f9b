import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging

/// The stores of inference services and of what is theirs, their queue, and what leads from one to the other.
struct ServiceWiring: Sendable {
    /// The services.
    let services: Store<InferenceService>
    /// The services to be looked at.
    let queue: WorkQueue<ObjectKey>
    let runtimes: Store<ServingRuntime>
    let clusterRuntimes: Store<ClusterServingRuntime>
    let runtimeQueue: WorkQueue<ObjectKey>
    let clusterRuntimeQueue: WorkQueue<ObjectKey>
    let deployments: Store<DeploymentView>
    let addresses: Store<ServiceView>
    let budgets: Store<DisruptionBudgetView>
    let scripts: Store<ScriptView>
    let routes: Store<RouteView>
    let registry = ServiceRegistry()
    let comingRuntimes = ComingRuntimes()
    private let reports: Store<RouterReportRecord>
    private let configuration: FairleadController.Configuration
    private let clock: any RuntimeClock

    private static let servicesByModel = "spec.model"
    private static let objectsByService = FairleadLabel.inferenceService
    private static let runtimesByNamespace = "metadata.namespace"

    init(configuration: FairleadController.Configuration, clock: any RuntimeClock) {
        services = Store(clock: clock)
        queue = WorkQueue(clock: clock)
        runtimes = Store(clock: clock)
        clusterRuntimes = Store(clock: clock)
        runtimeQueue = WorkQueue(clock: clock)
        clusterRuntimeQueue = WorkQueue(clock: clock)
        deployments = Store(clock: clock)
        addresses = Store(clock: clock)
        budgets = Store(clock: clock)
        scripts = Store(clock: clock)
        routes = Store(clock: clock)
        reports = Store(clock: clock)
        self.configuration = configuration
        self.clock = clock
        services.addIndex(Self.servicesByModel) { service in
            ServiceFollower.references(service).map { Self.model($0.model, service.metadata.namespace) }
        }
        runtimes.addIndex(Self.runtimesByNamespace) { [$0.metadata.namespace ?? ""] }
        deployments.addIndex(Self.objectsByService) { Self.terms($0.metadata) }
        addresses.addIndex(Self.objectsByService) { Self.terms($0.metadata) }
        budgets.addIndex(Self.objectsByService) { Self.terms($0.metadata) }
        scripts.addIndex(Self.objectsByService) { Self.terms($0.metadata) }
        routes.addIndex(Self.objectsByService) { Self.terms($0.metadata) }
    }

    /// Whether the runtimes of the cluster are read: with rights in some namespaces alone they can't be.
    private var readsCluster: Bool { configuration.namespaces.isEmpty }

    private static func model(_ name: String, _ namespace: String?) -> String {
        ObjectKey(namespace: namespace, name: name).description
    }

    /// The service to which an object belongs, as its label tells.
    private static func service(of object: ObjectMeta) -> ObjectKey? {
        object.labels[FairleadLabel.inferenceService].map { ObjectKey(namespace: object.namespace, name: $0) }
    }

    private static func terms(_ object: ObjectMeta) -> [String] {
        service(of: object).map { [$0.description] } ?? []
    }

    // MARK: - What is watched

    private static var ours: WatchMachine.Configuration {
        WatchMachine.Configuration(labelSelector: "\(PodNaming.managedSelector),\(FairleadLabel.inferenceService)")
    }

    /// Has the stores kept up to date.
    func watch(_ watched: inout WatchedStores) {
        let ours = Self.ours
        watched.add(services)
        watched.add(runtimes)
        watched.add(deployments, ours)
        watched.add(addresses, ours)
        watched.add(budgets, ours)
        watched.add(scripts, ours)
        if readsCluster { watched.add(clusterRuntimes) }
    }

    /// What keeps the HTTPRoutes, which not every cluster has: nothing waits for them.
    func routeFollower(
        _ client: Client, _ discovery: APIDiscovery, _ ledger: SharedWriteLedger, _ logger: Logger
    ) -> RuntimeGroup.Member {
        let (routes, services, queue) = (routes, services, queue)
        return RuntimeGroup.Member(
            "routes",
            RouteFollower(
                client: client, store: routes, namespaces: configuration.namespaces, selector: Self.ours,
                discovery: discovery, logger: logger, clock: clock
            ) {
                // Not before: of what is not followed no write is ever seen.
                ledger.track(routes)
                for service in services.all where service.spec.value?.gateway != nil {
                    queue.add(service.key, priority: .low)
                }
            })
    }

    /// What reads the routers' reports.
    ///
    /// Without them services are served all the same, so that nothing waits for it.
    func reportReader(_ client: Client, _ logger: Logger) -> RuntimeGroup.Member? {
        // Of other namespaces no report counts: whoever may write one there must not judge these rollouts.
        guard let router = configuration.planning.routes.routerService else { return nil }
        let reports = WatchMachine.Configuration(labelSelector: "\(FairleadLabel.routerReport)=true")
        return RuntimeGroup.Member(
            "routers' reports",
            Reflector(
                self.reports, client: client, namespaces: [router.namespace], configuration: reports, logger: logger,
                clock: clock))
    }

    // MARK: - Which change brings which key

    /// Nothing but keys leaves here.
    func subscribe(_ models: ModelWiring, _ platform: PlatformWiring, _ ledger: SharedWriteLedger) {
        ledger.track(deployments)
        ledger.track(addresses)
        ledger.track(budgets)
        ledger.track(scripts)
        let (services, queue, registry) = (services, queue, registry)
        services.subscribe { change, source in
            let service = change.object
            if change.isDeletion {
                registry.close(service)
                ledger.forget(owner: service.metadata.uid)
            }
            queue.add(change.key, priority: source.priority)
            // Also where another process leads, and deletes what went.
            if case .updated(let former, let newer) = change {
                let kept = Set(newer.status.revisions.map(\.name))
                if !kept.isSuperset(of: former.status.revisions.map(\.name)) { registry.forget(newer, but: kept) }
            }
            // A model must hear at once of whoever begins or ceases to follow it.
            var names = Set(ServiceFollower.references(service).map(\.model))
            if case .updated(let former, _) = change {
                names.formSymmetricDifference(ServiceFollower.references(former).map(\.model))
            }
            for name in names { models.queue.add(ObjectKey(namespace: service.metadata.namespace, name: name)) }
        }
        @Sendable func wakeFollowers(_ model: ObjectKey, _ priority: WorkPriority) {
            for key in services.keys(index: Self.servicesByModel, term: model.description) {
                queue.add(key, priority: priority)
            }
        }
        models.models.subscribe { change, source in wakeFollowers(change.key, source.priority) }
        models.versions.subscribe { change, source in
            wakeFollowers(ModelReconciler.model(of: change.object), source.priority)
        }
        Self.wakeService(deployments, queue)
        Self.wakeService(addresses, queue)
        Self.wakeService(budgets, queue)
        Self.wakeService(scripts, queue)
        Self.wakeService(routes, queue)
        reports.subscribe { change, source in
            for name in registry.fold(change, isFirst: source == .list) {
                let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { continue }
                let key = ObjectKey(namespace: parts[0], name: parts[1])
                // What has no candidate is not judged.
                if services[key]?.status.rollouts.contains(where: { $0.candidate != nil }) == true { queue.add(key) }
            }
        }
        subscribe(platform)
    }

    /// What every service may depend on.
    private func subscribe(_ platform: PlatformWiring) {
        let (services, queue, runtimeQueue, clusterRuntimeQueue) = (services, queue, runtimeQueue, clusterRuntimeQueue)
        @Sendable func wakeAll(in namespace: String?) {
            for service in services.all where namespace == nil || service.metadata.namespace == namespace {
                queue.add(service.key, priority: .low)
            }
        }
        runtimes.subscribe { change, source in
            runtimeQueue.add(change.key, priority: source.priority)
            if !change.isStatusOnly { wakeAll(in: change.key.namespace) }
        }
        clusterRuntimes.subscribe { [comingRuntimes] change, source in
            comingRuntimes.found(change.key.name)
            clusterRuntimeQueue.add(change.key, priority: source.priority)
            if !change.isStatusOnly { wakeAll(in: nil) }
        }
        platform.connections.subscribe { change, _ in
            if !change.isStatusOnly { wakeAll(in: change.key.namespace) }
        }
        platform.clusterConnections.subscribe { change, _ in if !change.isStatusOnly { wakeAll(in: nil) } }
        platform.profiles.subscribe { change, _ in if !change.isStatusOnly { wakeAll(in: nil) } }
    }

    private static func wakeService<T: Resource>(_ store: Store<T>, _ queue: WorkQueue<ObjectKey>) {
        store.subscribe { change, source in
            var owners = [Self.service(of: change.object.metadata)]
            // Whoever changes that label takes the object away from the service that has it.
            if case .updated(let former, _) = change { owners.append(Self.service(of: former.metadata)) }
            for key in Set(owners.compactMap(\.self)) { queue.add(key, priority: source.priority) }
        }
    }

    /// Takes a pod's news.
    ///
    /// - Returns: Whether the pod is a service's.
    func takes(_ change: ObjectChange<PodView>, _ source: ChangeSource) -> Bool {
        guard let key = Self.service(of: change.object.metadata) else { return false }
        queue.add(key, priority: source.priority)
        return true
    }

    // MARK: - What is seen

    /// What holds of a service now.
    func observation(_ service: InferenceService, pods: Store<PodView>, models: ModelWiring) -> ServiceObservation {
        let term = service.key.description
        let namespace = service.metadata.namespace
        func isOurs(_ object: ObjectMeta) -> Bool { object.controller?.uid == service.metadata.uid }
        var observation = ServiceObservation(
            service: service,
            runtimes: runtimes.values(index: Self.runtimesByNamespace, term: namespace ?? "").map(RuntimeCandidate.init)
                + clusterRuntimes.all.map(RuntimeCandidate.init),
            resolve: { models.follow($0, namespace: namespace) },
            deployments: deployments.values(index: Self.objectsByService, term: term).filter { isOurs($0.metadata) },
            services: addresses.values(index: Self.objectsByService, term: term).filter { isOurs($0.metadata) },
            budgets: budgets.values(index: Self.objectsByService, term: term).filter { isOurs($0.metadata) },
            pods: pods.values(index: Self.objectsByService, term: term), windows: registry.windows(service),
            underWay: registry.underWay(service))
        observation.areRuntimesComing = comingRuntimes.areComing
        observation.scripts = scripts.values(index: Self.objectsByService, term: term).filter { isOurs($0.metadata) }
        if routes.isSynced {
            observation.routes = routes.values(index: Self.objectsByService, term: term).filter { isOurs($0.metadata) }
        }
        return observation
    }

    /// Lets pods be found by their service.
    static func index(_ pods: Store<PodView>) { pods.addIndex(objectsByService) { terms($0.metadata) } }

    /// The followers of a model.
    func followers(of model: ObjectKey) -> [ModelFollower] {
        services.values(index: Self.servicesByModel, term: model.description).flatMap { service in
            registry.followers(service).filter { $0.model == model.name }.map(\.follower)
        }
    }

    /// The services that follow a model.
    func following(_ model: ObjectKey) -> Set<ObjectKey> {
        services.keys(index: Self.servicesByModel, term: model.description)
    }

    /// What is done once when the controller begins to lead: the runtimes that come with Fairlead are made.
    func beginnings(_ client: Client, _ logger: Logger) -> [RuntimeGroup.Member] {
        guard configuration.installsRuntimes, readsCluster else { return [] }
        let shipped = (try? ShippedRuntimes.objects()) ?? []
        comingRuntimes.expect(shipped.compactMap { $0[path: ["metadata", "name"]]?.stringValue })
        let installer = RuntimeInstaller(client: client, coming: comingRuntimes, logger: logger, clock: clock)
        return [RuntimeGroup.Member("serving runtimes", installer)]
    }

    /// What brings services to where they should be.
    func reconciler(
        client: Client, pods: Store<PodView>, models: ModelWiring, settings: PlatformRegistry,
        ledger: SharedWriteLedger, recorder: EventRecorder
    ) -> InferenceServiceReconciler {
        let writer = ServiceActionWriter(client: client, registry: registry, ledger: ledger, clock: clock) {
            recorder.record($0, about: $1)
        }
        return InferenceServiceReconciler(
            wiring: self, pods: pods, models: models, settings: settings, ledger: ledger, writer: writer, clock: clock)
    }
}

extension ObjectChange {
    /// Whether nothing changed but what the controller itself tells of the object.
    fileprivate var isStatusOnly: Bool {
        guard case .updated(let former, let newer) = self else { return false }
        return former.metadata.generation == newer.metadata.generation && former.metadata.generation != nil
    }
}

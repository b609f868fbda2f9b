import ControllerMachines
public import ControllerRuntime
public import KubernetesClient
import KubernetesCore
public import Logging
public import ServiceLifecycle

/// The controllers that a cluster has beside its API server and that Fairlead needs: Deployments, ReplicaSets, the
/// endpoints of Services and the budgets for disruptions.
///
/// They are clients of the API as kube-controller-manager is: they work against any API server, and keep nothing that
/// is not in it.
public struct LocalControllers: Service {
    /// The index of objects by namespace.
    static let byNamespace = "namespace"
    /// The index of objects without a controller, by namespace.
    static let orphans = "orphans"

    private let group: RuntimeGroup

    /// Opens when all caches are filled and the controllers work.
    public var started: Readiness { group.started }

    /// Controllers that do not run yet.
    ///
    /// - Parameters:
    ///   - client: Where everything is read and written.
    ///   - logger: For what fails.
    ///   - clock: For times and delays.
    public init(client: Client, logger: Logger, clock: any RuntimeClock = SystemClock()) {
        let client = Client(transport: client.transport, fieldManager: "kube-controller-manager")
        group = RuntimeGroup(
            Parts(client: client, logger: logger, clock: clock).members(), logger: logger, clock: clock)
    }

    /// Works until the task is cancelled or a graceful shutdown is over.
    public func run() async throws { try await group.run() }

    /// The stores and queues, and what leads from one to the other.
    private struct Parts {
        let client: Client
        let logger: Logger
        let clock: any RuntimeClock
        let deployments: Store<DeploymentObject>
        let sets: Store<ReplicaSetObject>
        let pods: Store<WorkloadPod>
        let services: Store<ServiceObject>
        let slices: Store<EndpointSliceObject>
        let budgets: Store<DisruptionBudgetObject>
        let deploymentQueue: WorkQueue<ObjectKey>
        let setQueue: WorkQueue<ObjectKey>
        let serviceQueue: WorkQueue<ObjectKey>
        let budgetQueue: WorkQueue<ObjectKey>
        let ledger = SharedWriteLedger()

        init(client: Client, logger: Logger, clock: any RuntimeClock) {
            self.client = client
            self.logger = logger
            self.clock = clock
            deployments = Self.store(clock)
            sets = Self.store(clock)
            pods = Self.store(clock)
            services = Self.store(clock)
            slices = Self.store(clock)
            budgets = Self.store(clock)
            slices.addIndex(EndpointSliceReconciler.byService) { $0.service.map { [$0.description] } ?? [] }
            deploymentQueue = WorkQueue(clock: clock)
            setQueue = WorkQueue(clock: clock)
            serviceQueue = WorkQueue(clock: clock)
            budgetQueue = WorkQueue(clock: clock)
            ledger.track(sets)
            ledger.track(pods)
            ledger.track(slices)
        }

        private static func store<T: Resource>(_ clock: any RuntimeClock) -> Store<T> {
            let store = Store<T>(clock: clock)
            store.addIndex(LocalControllers.byNamespace) { [$0.metadata.namespace ?? ""] }
            store.addIndex(LocalControllers.orphans) { object in
                object.metadata.controller == nil ? [object.metadata.namespace ?? ""] : []
            }
            return store
        }

        func members() -> [RuntimeGroup.Member] {
            let deploymentEvents = recorder("deployment-controller")
            let setEvents = recorder("replicaset-controller")
            let setReconciler = ReplicaSetReconciler(
                client: client, sets: sets, pods: pods, ledger: ledger, recorder: setEvents, clock: clock)
            let deploymentReconciler = DeploymentReconciler(
                client: client, deployments: deployments, sets: sets, pods: pods, ledger: ledger,
                recorder: deploymentEvents, clock: clock)
            let sliceReconciler = EndpointSliceReconciler(
                client: client, services: services, pods: pods, slices: slices, ledger: ledger)
            let budgetReconciler = DisruptionReconciler(
                client: client, budgets: budgets, pods: pods, sets: sets, deployments: deployments, clock: clock)
            subscribe(setReconciler)
            subscribeBudgets()
            let controllers = [
                controller("deployment", DeploymentObject.type, deploymentQueue, deploymentReconciler.reconcile),
                controller("replicaset", ReplicaSetObject.type, setQueue, setReconciler.reconcile),
                controller("endpointslice", ServiceObject.type, serviceQueue, sliceReconciler.reconcile),
                controller(
                    "disruption", DisruptionBudgetObject.type, budgetQueue, budgetReconciler.reconcile),
            ]
            return [
                RuntimeGroup.Member("deployment events", deploymentEvents),
                RuntimeGroup.Member("replicaset events", setEvents),
                .together(
                    "reflectors",
                    [
                        .reflector(reflector(deployments), deployments), .reflector(reflector(sets), sets),
                        .reflector(reflector(pods), pods), .reflector(reflector(services), services),
                        .reflector(reflector(slices), slices), .reflector(reflector(budgets), budgets),
                    ]),
                .together("controllers", controllers.map { RuntimeGroup.Member($0.name, $0) }),
            ]
        }

        private func recorder(_ name: String) -> EventRecorder {
            EventRecorder(client: client, controller: name, instance: "local", logger: logger, clock: clock)
        }

        private func reflector<T: Resource>(_ store: Store<T>) -> Reflector<T> {
            Reflector(store, client: client, logger: logger, clock: clock)
        }

        private func controller(
            _ name: String, _ type: ResourceType, _ queue: WorkQueue<ObjectKey>,
            _ reconcile: @escaping @Sendable (ObjectKey) async throws -> Requeue
        ) -> Controller {
            Controller(
                name: name, type, queue: queue, reconcile: reconcile, logger: logger, clock: clock,
                grace: .seconds(5))
        }

        private func subscribe(_ setReconciler: ReplicaSetReconciler) {
            let (deployments, sets, services, ledger) = (deployments, sets, services, ledger)
            let (deploymentQueue, setQueue, serviceQueue) = (deploymentQueue, setQueue, serviceQueue)
            deployments.subscribe { change, source in
                if change.isDeletion { ledger.forget(owner: change.object.metadata.uid) }
                deploymentQueue.add(change.key, priority: source.priority)
            }
            sets.subscribe { change, source in
                if change.isDeletion { setReconciler.forget(change.object.metadata.uid) }
                setQueue.add(change.key, priority: source.priority)
                Self.wake(
                    deploymentQueue, of: change.object.metadata, in: deployments, selector: \.spec.selector)
            }
            pods.subscribe { change, _ in
                Self.wake(setQueue, of: change.object.metadata, in: sets, selector: \.spec.selector)
                // Recreated pods wait for the last of the old ones.
                if change.isDeletion || change.object.isTerminal,
                    let set = sets.controller(of: change.object.metadata),
                    let deployment = set.metadata.controllerKey(DeploymentObject.type)
                {
                    deploymentQueue.add(deployment)
                }
                var seen = [change.object]
                if case .updated(let old, _) = change { seen.append(old) }
                let near = services.values(
                    index: LocalControllers.byNamespace, term: change.key.namespace ?? "")
                for service in near {
                    guard let selector = service.podSelector,
                        seen.contains(where: { selector.matches($0.metadata.labels) })
                    else { continue }
                    serviceQueue.add(service.key)
                }
            }
            services.subscribe { change, source in
                if change.isDeletion { ledger.forget(owner: change.object.metadata.uid) }
                serviceQueue.add(change.key, priority: source.priority)
            }
            slices.subscribe { change, _ in
                if let service = change.object.service { serviceQueue.add(service) }
            }
        }

        private func subscribeBudgets() {
            let (budgets, budgetQueue) = (budgets, budgetQueue)
            budgets.subscribe { change, source in budgetQueue.add(change.key, priority: source.priority) }
            // A number that is wanted becomes known to a budget by the pods that follow from it.
            pods.subscribe { change, _ in
                for budget in budgets.values(index: LocalControllers.byNamespace, term: change.key.namespace ?? "")
                where budget.podSelector?.matches(change.object.metadata.labels) == true {
                    budgetQueue.add(budget.key)
                }
            }
        }

        /// Wakes a child's controller, or those that may adopt it.
        private static func wake<Owner: Resource>(
            _ queue: WorkQueue<ObjectKey>, of child: ObjectMeta, in owners: Store<Owner>,
            selector: (Owner) -> JSONValue
        ) {
            if child.controller != nil {
                if let owner = child.controllerKey(Owner.type) { queue.add(owner) }
                return
            }
            for owner in owners.values(index: LocalControllers.byNamespace, term: child.namespace ?? "")
            where LabelSelector(selector(owner))?.matches(child.labels) == true {
                queue.add(owner.key)
            }
        }
    }
}

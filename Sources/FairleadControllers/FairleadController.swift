import ControllerMachines
public import ControllerRuntime
import FairleadAPI
public import FairleadPlanning
public import KubernetesClient
public import KubernetesCore
public import Logging
public import ServiceLifecycle

/// All of Fairlead's reconcilers in one service: what `fairlead controller` runs, and `fairlead local` too.
///
/// It is stateless: the API server holds the truth, and a new one goes on where the last one was killed.
public struct FairleadController: Service {
    /// How a controller is set up.
    public struct Configuration: Sendable {
        /// The namespaces that are looked after; empty for all.
        public var namespaces: [String]
        /// The lease that elects a leader, nil where this is the only controller.
        public var lease: ObjectKey?
        /// This process among all candidates.
        public var identity: String
        /// What planning depends on.
        public var planning: PlanningSettings
        /// How many runs are worked on at a time.
        public var concurrency: Int

        /// Sets up a controller.
        public init(
            namespaces: [String] = [], lease: ObjectKey? = nil, identity: String = "fairlead",
            planning: PlanningSettings = PlanningSettings(), concurrency: Int = 8
        ) {
            self.namespaces = namespaces
            self.lease = lease
            self.identity = identity
            self.planning = planning
            self.concurrency = concurrency
        }
    }

    private let group: RuntimeGroup

    /// Opens when all caches are filled and the reconcilers work.
    public var started: Readiness { group.started }

    /// A controller.
    ///
    /// - Parameters:
    ///   - client: Where everything is read and written.
    ///   - configuration: How it is set up.
    ///   - logger: For what happens.
    ///   - clock: For times and delays.
    public init(
        client: Client, configuration: Configuration = Configuration(), logger: Logger,
        clock: any RuntimeClock = SystemClock()
    ) {
        let parts = Wiring(client: client, configuration: configuration, logger: logger, clock: clock)
        group = RuntimeGroup(parts.members(), logger: logger, clock: clock)
    }

    /// Works until the task is cancelled or a graceful shutdown is over.
    ///
    /// - Throws: `LeadershipLost`, and `RuntimeGroup.NotReady` where the API server does not answer.
    public func run() async throws { try await group.run() }
}

/// The stores, queues and reconcilers of one controller, and what leads from one to the other.
private struct Wiring {
    let client: Client
    let configuration: FairleadController.Configuration
    let logger: Logger
    let clock: any RuntimeClock
    let runs = Store<PipelineRun>()
    let pipelines = Store<Pipeline>()
    let pods = Store<PodView>()
    let registry = RunRegistry()
    let ledger = SharedWriteLedger()
    let runQueue: WorkQueue<ObjectKey>
    let pipelineQueue: WorkQueue<ObjectKey>
    let orphanQueue: WorkQueue<ObjectKey>

    init(
        client: Client, configuration: FairleadController.Configuration, logger: Logger, clock: any RuntimeClock
    ) {
        self.client = client
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
        runQueue = WorkQueue(clock: clock)
        pipelineQueue = WorkQueue(clock: clock)
        orphanQueue = WorkQueue(clock: clock)
        runs.addIndex(PipelineReconciler.runsByPipeline, PipelineReconciler.terms)
        runs.addIndex(OrphanReleaser.runsByUID) { [$0.metadata.uid] }
        ledger.track(pods)
    }

    func members() -> [RuntimeGroup.Member] {
        let recorder = EventRecorder(
            client: client, controller: "fairlead.dev/controller", instance: configuration.identity, logger: logger,
            clock: clock)
        let orphans = OrphanReleaser(client: client, runs: runs, pods: pods)
        subscribe(orphans)
        let namespaces = configuration.namespaces
        let managed = WatchMachine.Configuration(labelSelector: PodNaming.managedSelector)
        var members: [RuntimeGroup.Member] = [
            RuntimeGroup.Member("events", recorder),
            .reflector(
                Reflector(pipelines, client: client, namespaces: namespaces, logger: logger, clock: clock), pipelines),
            .reflector(Reflector(runs, client: client, namespaces: namespaces, logger: logger, clock: clock), runs),
            .reflector(
                Reflector(
                    pods, client: client, namespaces: namespaces, configuration: managed, logger: logger, clock: clock),
                pods),
        ]
        if let lease = configuration.lease {
            members.append(
                .elector(
                    LeaderElector(
                        client: client, lease: lease, identity: configuration.identity, logger: logger, clock: clock)))
        }
        return members + controllers(recorder, orphans)
    }

    private func controllers(_ recorder: EventRecorder, _ orphans: OrphanReleaser) -> [RuntimeGroup.Member] {
        let writer = RunActionWriter(client: client, registry: registry, ledger: ledger, clock: clock) { event, run in
            recorder.record(
                EventNote(
                    event.isWarning ? .warning : .normal, reason: event.reason, action: "Reconcile", note: event.note,
                    regarding: ObjectReference(to: run)))
        }
        let runReconciler = PipelineRunReconciler(
            client: client, runs: runs, pipelines: pipelines, pods: pods, registry: registry, ledger: ledger,
            writer: writer, settings: configuration.planning, clock: clock)
        let pipelineReconciler = PipelineReconciler(
            client: client, pipelines: pipelines, runs: runs, clock: clock)
        return [
            member("pipelinerun", configuration.concurrency, runQueue) { try await runReconciler.reconcile($0) },
            member("pipeline", 2, pipelineQueue) { try await pipelineReconciler.reconcile($0) },
            member("orphan", 4, orphanQueue) { try await orphans.reconcile($0) },
        ]
    }

    private func member(
        _ name: String, _ concurrency: Int, _ queue: WorkQueue<ObjectKey>,
        _ reconcile: @escaping @Sendable (ObjectKey) async throws -> Requeue
    ) -> RuntimeGroup.Member {
        RuntimeGroup.Member(
            name,
            Controller(
                name: name, concurrency: concurrency, queue: queue, reconcile: reconcile, logger: logger, clock: clock))
    }

    /// Which change brings which key: nothing but keys leaves here.
    private func subscribe(_ orphans: OrphanReleaser) {
        let (runQueue, pipelineQueue, orphanQueue) = (runQueue, pipelineQueue, orphanQueue)
        let (runs, pods, registry, ledger) = (runs, pods, registry, ledger)
        runs.subscribe { change, source in
            let run = change.object
            if change.isDeletion {
                registry.close(run.metadata.uid)
                ledger.forget(owner: run.metadata.uid)
                for pod in pods.owned(by: run.metadata.uid) { orphanQueue.add(pod.key) }
            }
            runQueue.add(change.key, priority: source.priority)
            guard let pipeline = run.spec.value?.pipeline else { return }
            if case .updated = change { return }
            pipelineQueue.add(ObjectKey(namespace: run.metadata.namespace, name: pipeline), priority: .low)
        }
        pipelines.subscribe { change, source in
            pipelineQueue.add(change.key, priority: source.priority)
            // Runs that waited for the pipeline.
            for run in runs.values(index: PipelineReconciler.runsByPipeline, term: change.key.description)
            where run.status.specRef == nil && run.status.phase?.isTerminal != true {
                runQueue.add(run.key)
            }
        }
        pods.subscribe { change, source in
            let pod = change.object
            registry.fold(change)
            guard let run = pod.metadata.labels[FairleadLabel.run] else { return }
            runQueue.add(ObjectKey(namespace: pod.metadata.namespace, name: run), priority: source.priority)
            if !change.isDeletion, pod.metadata.isBeingDeleted || source == .list, orphans.isSuspect(pod) {
                orphanQueue.add(pod.key)
            }
        }
    }
}

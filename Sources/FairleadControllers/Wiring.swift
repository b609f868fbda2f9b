import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import PrometheusMetrics
import ServiceLifecycle

/// The stores, queues and reconcilers of one controller, and what leads from one to the other.
struct Wiring {
    /// Reads, and writes what does not depend on who leads.
    private let client: Client
    /// What reconcilers write with: nothing passes once the lease is lost.
    private let leaderClient: Client
    private let configuration: FairleadController.Configuration
    private let elector: LeaderElector?
    private let registry: MetricRegistry
    private let metrics: RuntimeMetrics
    private let logger: Logger
    private let clock: any RuntimeClock
    private let runs: Store<PipelineRun>
    private let pipelines: Store<Pipeline>
    private let pods: Store<PodView>
    private let registered: ModelWiring
    private let platform: PlatformWiring
    private let started: TriggerWiring
    private let cached: CacheWiring
    private let training: TrainingJobWiring
    private let queued: KueueWiring
    private let serving: ServiceWiring
    private let progress: ProgressWiring
    private let gate = ConcurrencyGate()
    private let openRuns = OpenObjects<OpenRun>()
    private let ledger = SharedWriteLedger()
    private let runQueue: WorkQueue<ObjectKey>
    private let pipelineQueue: WorkQueue<ObjectKey>
    private let orphanQueue: WorkQueue<ObjectKey>

    /// How long reconciles under way have at a graceful shutdown: with the lease's return and the last events it stays
    /// below the half minute that Kubernetes gives a pod.
    private static var grace: Duration { .seconds(10) }

    init(
        client: Client, configuration: FairleadController.Configuration, elector: LeaderElector?,
        registry: MetricRegistry, logger: Logger, clock: any RuntimeClock
    ) {
        self.client = client
        self.configuration = configuration
        self.elector = elector
        self.registry = registry
        self.logger = logger
        self.clock = clock
        metrics = RuntimeMetrics(registry)
        leaderClient =
            elector.map { elector in
                Client(
                    transport: LeaderGate(client.transport) { elector.isLeading }, fieldManager: client.fieldManager)
            } ?? client
        runs = Store(clock: clock)
        pipelines = Store(clock: clock)
        pods = Store(clock: clock)
        registered = ModelWiring(clock: clock)
        cached = CacheWiring(clock: clock)
        training = TrainingJobWiring(client: client, logger: logger, clock: clock)
        started = TriggerWiring(runs: runs, jobs: training.jobs, pipelines: pipelines, clock: clock)
        queued = KueueWiring(discovery: training.discovery)
        serving = ServiceWiring(configuration: configuration, clock: clock)
        progress = ProgressWiring(
            serving: configuration.progress, client: client, leaderClient: leaderClient, jobs: training.jobs,
            pods: pods,
            logger: logger, clock: clock, wake: training.wake)
        platform = PlatformWiring(
            base: configuration.planning, namespaces: configuration.namespaces, clock: clock)
        runQueue = WorkQueue(clock: clock)
        pipelineQueue = WorkQueue(clock: clock)
        orphanQueue = WorkQueue(clock: clock)
        runs.addIndex(PipelineReconciler.runsByPipeline, PipelineReconciler.terms)
        runs.addIndex(OrphanReleaser.ownersByUID) { [$0.metadata.uid] }
        runs.addIndex(ConcurrencyGate.unjudged, ConcurrencyGate.unjudgedTerms)
        ServiceWiring.index(pods)
        ledger.track(pods)
    }

    /// What runs, in the order in which it starts.
    func members() -> [RuntimeGroup.Member] {
        let recorder = EventRecorder(
            client: client, controller: "fairlead.dev/controller", instance: configuration.identity, logger: logger,
            clock: clock)
        let orphans = OrphanReleaser(client: leaderClient, runs: runs, jobs: training.jobs, pods: pods)
        let controllers = controllers(recorder, orphans)
        observe(recorder)
        subscribe(orphans)
        started.subscribe()
        platform.subscribe()
        registered.subscribe()
        cached.subscribe(openRuns, runs, runQueue)
        gate.subscribe(runs, runQueue)
        training.subscribe(pods, ledger, orphanQueue)
        progress.subscribe()
        serving.subscribe(registered, platform, ledger)
        subscribeServices()
        let watched = watchedStores()
        var members = statusServers(controllers, watched.readiness).map(RuntimeGroup.Member.status)
        members.append(RuntimeGroup.Member("events", recorder))
        members.append(.together("reflectors", watched.reflectors))
        members.append(training.discoveryMember)
        members.append(
            queued.follower(client, configuration.namespaces, logger, clock, wake: training.wake))
        members += progress.members { controller($0, training.jobs, $1, $2, $3) }
        if let reports = serving.reportReader(client, logger) { members.append(reports) }
        if let elector { members.append(.elector(elector)) }
        members.append(RuntimeGroup.Member("wall clock", started.wallClock))
        members.append(serving.routeFollower(client, training.discovery, ledger, logger))
        members += serving.beginnings(leaderClient, logger)
        members.append(
            .together("controllers", controllers.map { RuntimeGroup.Member($0.name, $0) }))
        return members
    }

    private func observe(_ recorder: EventRecorder) {
        let elector = elector
        metrics.observe(recorder)
        if let elector { metrics.observe(elector) }
        registry.addProcessMetrics()
        registry.gauge("fairlead_build_info", "Always 1; the label names what runs.", labels: ["version"])
            .set(1, configuration.version)
        _ = RunMetrics(registry, runs: runs) { elector?.isLeading ?? true }
        _ = JobMetrics(registry, jobs: training.jobs) { elector?.isLeading ?? true }
        JobMetricGauges.register(registry, jobs: training.jobs)
    }

    private func statusServers(_ controllers: [Controller], _ readiness: HealthProbe) -> [StatusServer] {
        var liveness = HealthProbe()
        if let elector { liveness.add(elector) }
        for controller in controllers { liveness.add(controller) }
        let (health, metrics) = (configuration.healthAddress, configuration.metricsAddress)
        if let health, health == metrics {
            return [
                StatusServer(health, liveness: liveness, readiness: readiness, metrics: registry, logger: logger)
            ]
        }
        return [
            health.map { StatusServer($0, liveness: liveness, readiness: readiness, logger: logger) },
            metrics.map { StatusServer($0, metrics: registry, logger: logger) },
        ].compactMap(\.self)
    }

    private func watchedStores() -> WatchedStores {
        var watched = WatchedStores(
            client: client, namespaces: configuration.namespaces, metrics: metrics, logger: logger, clock: clock)
        watched.add(pipelines)
        watched.add(runs)
        watched.add(pods, WatchMachine.Configuration(labelSelector: PodNaming.managedSelector))
        watched.add(started.triggers)
        watched.add(registered.models)
        watched.add(cached.entries, CacheWiring.selector)
        watched.add(training.jobs)
        watched.add(registered.versions)
        platform.watch(&watched)
        serving.watch(&watched)
        return watched
    }

    private func controllers(_ recorder: EventRecorder, _ orphans: OrphanReleaser) -> [Controller] {
        let record: @Sendable (PlannedEvent, PipelineRun) -> Void = { recorder.record($0, about: $1) }
        let desk = CacheDesk(
            client: leaderClient, entries: cached.entries, runs: runs, registry: openRuns, clock: clock, record: record)
        let notifications = NotificationWriter(
            client: leaderClient, ledger: ledger, image: configuration.planning.image, record: record)
        let writer = RunActionWriter(
            client: leaderClient, registry: openRuns, ledger: ledger, clock: clock, cache: desk,
            notifications: notifications, record: record)
        let runReconciler = PipelineRunReconciler(
            client: leaderClient, runs: runs, jobs: training.jobs, services: serving.services, pipelines: pipelines,
            pods: pods, writer: writer, settings: platform.settings, models: registered, gate: gate,
            wake: { [runQueue] keys in for key in keys { runQueue.add(key) } }, clock: clock)
        let pipelineReconciler = PipelineReconciler(
            client: leaderClient, pipelines: pipelines, runs: runs, clock: clock)
        return [
            controller("pipelinerun", runs, configuration.concurrency, runQueue, runReconciler.reconcile),
            controller("pipeline", pipelines, 2, pipelineQueue, pipelineReconciler.reconcile),
            controller(
                "trainingjob", training.jobs, configuration.concurrency, training.queue,
                training.reconciler(
                    TrainingJobWiring.Shared(
                        client: leaderClient, pods: pods, ledger: ledger, settings: platform.settings,
                        models: registered, kueue: queued.desk(leaderClient, clock), hasReadLog: progress.hasReadLog,
                        endpoint: { progress.endpoint }, recorder: recorder, clock: clock)
                ).reconcile),
            controller(
                "model", registered.models, 2, registered.queue,
                registered.reconciler(
                    client: leaderClient, recorder: recorder, clock: clock, followers: serving.followers(of:)
                ).reconcile),
            controller(
                "trigger", started.triggers, 4, started.queue,
                started.reconciler(client: leaderClient, recorder: recorder).reconcile),
            controller("orphan", pods, 4, orphanQueue, orphans.reconcile),
            controller("cache", cached.entries, 1, cached.queue, CacheSweeper(desk: desk).reconcile),
            controller(
                "connection", platform.connections, 1, platform.connectionQueue,
                platform.reconciler(platform.connections, leaderClient).reconcile),
            controller(
                "clusterconnection", platform.clusterConnections, 1, platform.clusterConnectionQueue,
                platform.reconciler(platform.clusterConnections, leaderClient).reconcile),
            controller(
                "clusterprofile", platform.profiles, 1, platform.profileQueue,
                platform.reconciler(platform.profiles, leaderClient).reconcile),
        ] + servingControllers(recorder) + progress.controllers { controller($0, pods, $1, $2, $3) }
    }

    private func servingControllers(_ recorder: EventRecorder) -> [Controller] {
        [
            controller(
                "inferenceservice", serving.services, configuration.concurrency, serving.queue,
                serving.reconciler(
                    client: leaderClient, pods: pods, models: registered, settings: platform.settings, ledger: ledger,
                    recorder: recorder
                ).reconcile),
            controller(
                "servingruntime", serving.runtimes, 1, serving.runtimeQueue,
                platform.reconciler(serving.runtimes, leaderClient).reconcile),
            controller(
                "clusterservingruntime", serving.clusterRuntimes, 1, serving.clusterRuntimeQueue,
                platform.reconciler(serving.clusterRuntimes, leaderClient).reconcile),
        ]
    }

    private func controller<T>(
        _ name: String, _ store: Store<T>, _ concurrency: Int, _ queue: WorkQueue<ObjectKey>,
        _ reconcile: @escaping @Sendable (ObjectKey) async throws -> Requeue
    ) -> Controller {
        Controller(
            name: name, T.type, uid: { store[$0]?.metadata.uid }, concurrency: concurrency, queue: queue,
            reconcile: reconcile, logger: logger, clock: clock, grace: Self.grace, metrics: metrics)
    }

    /// Brings the runs that wait for services.
    private func subscribeServices() {
        let (runQueue, openRuns) = (runQueue, openRuns)
        serving.services.subscribe { change, source in
            for run in openRuns.awaiting(change.key) { runQueue.add(run, priority: source.priority) }
        }
        registered.models.subscribe { [services = serving] change, _ in
            for service in services.following(change.key) {
                for run in openRuns.awaiting(service) { runQueue.add(run) }
            }
        }
    }

    /// Which change brings which key: nothing but keys leaves here.
    private func subscribe(_ orphans: OrphanReleaser) {
        let (runQueue, pipelineQueue, orphanQueue) = (runQueue, pipelineQueue, orphanQueue)
        let (runs, pods, openRuns, ledger) = (runs, pods, openRuns, ledger)
        runs.subscribe { change, source in
            let run = change.object
            if change.isDeletion {
                openRuns.close(run.metadata.uid)
                ledger.forget(owner: run.metadata.uid)
                for pod in pods.owned(by: run.metadata.uid) { orphanQueue.add(pod.key) }
            }
            runQueue.add(change.key, priority: source.priority)
            openRuns.fold(change)
            if let parent = run.metadata.controller, parent.kind == ResourceType.pipelineRun.gvk.kind {
                runQueue.add(ObjectKey(namespace: run.metadata.namespace, name: parent.name), priority: source.priority)
            }
            guard let pipeline = run.spec.value?.pipeline else { return }
            if case .updated = change { return }
            pipelineQueue.add(ObjectKey(namespace: run.metadata.namespace, name: pipeline), priority: .low)
        }
        training.jobs.subscribe { change, source in
            openRuns.fold(change)
            guard let parent = change.object.metadata.controllerKey(.pipelineRun) else { return }
            runQueue.add(parent, priority: source.priority)
        }
        pipelines.subscribe { change, source in
            pipelineQueue.add(change.key, priority: source.priority)
            // Runs that waited for the pipeline.
            for run in runs.values(index: PipelineReconciler.runsByPipeline, term: change.key.description)
            where run.status.specRef == nil && run.status.phase?.isTerminal != true {
                runQueue.add(run.key)
            }
        }
        pods.subscribe { [training, serving] change, source in
            let pod = change.object
            if !change.isDeletion, pod.metadata.isBeingDeleted || source == .list, orphans.isSuspect(pod) {
                orphanQueue.add(pod.key)
            }
            // A pod of a job may have its run's labels, too.
            if training.takes(change, source) || serving.takes(change, source) { return }
            openRuns.fold(change)
            guard let run = pod.metadata.labels[FairleadLabel.run] else { return }
            runQueue.add(ObjectKey(namespace: pod.metadata.namespace, name: run), priority: source.priority)
        }
    }
}

import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import PrometheusMetrics

/// The store of training jobs, their queue, and what leads from one to the other.
struct TrainingJobWiring: Sendable {
    /// The jobs.
    let jobs: Store<TrainingJob>
    /// The jobs to be looked at.
    let queue: WorkQueue<ObjectKey>
    /// What else the API server serves.
    let discovery: APIDiscovery

    private let registry = OpenObjects<OpenJob>()

    init(client: Client, logger: Logger, clock: any RuntimeClock) {
        jobs = Store(clock: clock)
        queue = WorkQueue(clock: clock)
        discovery = APIDiscovery(client: client, logger: logger, clock: clock)
        jobs.addIndex(OrphanReleaser.ownersByUID) { [$0.metadata.uid] }
    }

    /// Has a job looked at.
    var wake: @Sendable (ObjectKey) -> Void { { [queue] key in queue.add(key) } }

    /// Which change brings which key: nothing but keys leaves here.
    func subscribe(_ pods: Store<PodView>, _ ledger: SharedWriteLedger, _ orphanQueue: WorkQueue<ObjectKey>) {
        let (queue, registry) = (queue, registry)
        jobs.subscribe { change, source in
            let job = change.object
            if change.isDeletion {
                registry.close(job.metadata.uid)
                ledger.forget(owner: job.metadata.uid)
                for pod in pods.owned(by: job.metadata.uid) { orphanQueue.add(pod.key) }
            }
            queue.add(change.key, priority: source.priority)
        }
        discovery.subscribe { _ in
            for key in registry.keys { queue.add(key) }
        }
    }

    /// Takes a pod's news.
    ///
    /// - Returns: Whether the pod is a job's.
    func takes(_ change: ObjectChange<PodView>, _ source: ChangeSource) -> Bool {
        let metadata = change.object.metadata
        guard let owner = metadata.controller, owner.kind == ResourceType.trainingJob.gvk.kind else { return false }
        registry.fold(change)
        queue.add(ObjectKey(namespace: metadata.namespace, name: owner.name), priority: source.priority)
        return true
    }

    /// What runs before the controllers do.
    var discoveryMember: RuntimeGroup.Member {
        RuntimeGroup.Member("discovery", discovery, limit: .seconds(120)) { [discovery] in
            try await discovery.ready.wait()
        }
    }

    /// What a reconciler of jobs shares with those of other kinds.
    struct Shared {
        var client: Client
        var pods: Store<PodView>
        var ledger: SharedWriteLedger
        var settings: PlatformRegistry
        var models: ModelWiring
        var kueue: KueueDesk?
        var hasReadLog: @Sendable (String) -> Bool
        var endpoint: @Sendable () -> ProgressEndpoint?
        var recorder: EventRecorder
        var clock: any RuntimeClock
    }

    /// What brings jobs to where they should be.
    func reconciler(_ shared: Shared) -> TrainingJobReconciler {
        let recorder = shared.recorder
        let writer = JobActionWriter(
            client: shared.client, registry: registry, ledger: shared.ledger, discovery: discovery, clock: shared.clock
        ) { recorder.record($0, about: $1) }
        return TrainingJobReconciler(
            client: shared.client, jobs: jobs, pods: shared.pods, writer: writer, settings: shared.settings,
            models: shared.models, kueue: shared.kueue, hasReadLog: shared.hasReadLog, endpoint: shared.endpoint,
            clock: shared.clock)
    }
}

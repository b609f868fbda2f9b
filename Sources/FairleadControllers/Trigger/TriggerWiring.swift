import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// The store, the queue and the reconciler of triggers, and what leads from one to the other.
struct TriggerWiring {
    /// The store's index of triggers by the pipeline whose ends they wait for, as `namespace/name`.
    private static let triggersByPipeline = "spec.run.pipeline"
    /// The store's index of triggers by each pipeline that they name, as `namespace/name`.
    private static let triggersByName = "pipelines"

    let triggers: Store<Trigger>
    private let runs: Store<PipelineRun>
    private let jobs: Store<TrainingJob>
    private let pipelines: Store<Pipeline>
    let queue: WorkQueue<ObjectKey>
    private let ledger = SharedWriteLedger()
    private let clock: any RuntimeClock

    init(
        runs: Store<PipelineRun>, jobs: Store<TrainingJob>, pipelines: Store<Pipeline>, clock: any RuntimeClock
    ) {
        self.runs = runs
        self.jobs = jobs
        self.pipelines = pipelines
        self.clock = clock
        triggers = Store(clock: clock)
        queue = WorkQueue(clock: clock)
        triggers.addIndex(Self.triggersByPipeline) { trigger in
            guard let pipeline = trigger.spec.value?.run?.pipeline else { return [] }
            return [ObjectKey(namespace: trigger.metadata.namespace, name: pipeline).description]
        }
        triggers.addIndex(Self.triggersByName) { trigger in
            let names = Set(trigger.spec.value?.pipelines.map(\.name) ?? [])
            return names.map { ObjectKey(namespace: trigger.metadata.namespace, name: $0).description }
        }
        ledger.track(triggers)
        ledger.track(runs)
        ledger.track(jobs)
    }

    /// What is begun for triggers and is no reconcile.
    var wallClock: WallClockWatch {
        let (triggers, queue) = (triggers, queue)
        return WallClockWatch(clock: clock) {
            for key in triggers.keys { queue.add(key, priority: .low) }
        }
    }

    func reconciler(client: Client, recorder: EventRecorder) -> TriggerReconciler {
        TriggerReconciler(
            client: client, triggers: triggers, runs: runs, jobs: jobs, pipelines: pipelines, ledger: ledger,
            clock: clock
        ) { recorder.record($0, about: $1) }
    }

    /// Which change brings which key.
    func subscribe() {
        let (triggers, queue, ledger) = (triggers, queue, ledger)
        subscribePipelines()
        triggers.subscribe { change, source in
            if change.isDeletion { ledger.forget(owner: change.object.metadata.uid) }
            queue.add(change.key, priority: source.priority)
        }
        jobs.subscribe { change, source in
            guard Self.isNews(change, TriggerChild.init) else { return }
            if let owner = change.object.metadata.controllerKey(.trigger) {
                queue.add(owner, priority: source.priority)
            }
        }
        runs.subscribe { change, source in
            let run = change.object
            guard Self.isNews(change, TriggerChild.init) else { return }
            if let owner = run.metadata.controllerKey(.trigger) { queue.add(owner, priority: source.priority) }
            let isFinished = run.status.phase?.isTerminal == true
            guard isFinished, !change.isDeletion, let pipeline = run.spec.value?.pipeline else { return }
            let term = ObjectKey(namespace: run.metadata.namespace, name: pipeline).description
            for key in triggers.keys(index: Self.triggersByPipeline, term: term) {
                queue.add(key, priority: source.priority)
            }
        }
    }

    /// A pipeline that comes, goes or changes may make a trigger ready, or the opposite.
    private func subscribePipelines() {
        let (triggers, queue) = (triggers, queue)
        pipelines.subscribe { change, source in
            if case .updated(let old, let new) = change, old.metadata.uid == new.metadata.uid,
                old.metadata.generation == new.metadata.generation
            {
                return
            }
            for key in triggers.keys(index: Self.triggersByName, term: change.key.description) {
                queue.add(key, priority: source.priority)
            }
        }
    }

    /// Of a run or a job that goes on a trigger wants to know no more.
    private static func isNews<Child: Resource>(
        _ change: ObjectChange<Child>, _ view: (Child) -> TriggerChild
    ) -> Bool {
        guard case .updated(let old, let new) = change else { return true }
        let (before, after) = (view(old), view(new))
        return before.isFinished != after.isFinished
            || before.metadata.isBeingDeleted != after.metadata.isBeingDeleted
    }
}

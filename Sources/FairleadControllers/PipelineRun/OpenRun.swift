import ControllerMachines
import FairleadAPI
import FairleadPlanning
import KubernetesCore

/// A run that is under way.
struct OpenRun: OpenObject {
    /// The run as the last of our own writes, or the last event, showed it.
    var object: PipelineRun
    /// What it runs.
    let fixed: FixedRun
    /// Its pods, nested runs and training jobs.
    var table: RunTable
    /// The registered models that it reads, as they are named.
    let modelInputs: [String]

    /// Opens a run of which nothing was folded yet.
    init(_ run: PipelineRun, fixed: FixedRun, outputs: [String: [Int: ItemOutput]]) {
        object = run
        self.fixed = fixed
        table = RunTable(
            shape: RunShape(fixed), recorded: run.status.tasks, recovered: fixed.recovered ?? [], outputs: outputs,
            commits: run.status.commits)
        modelInputs = fixed.modelInputs
    }
}

extension OpenObjects<OpenRun> {
    /// Takes a nested run's news, for the run that it belongs to.
    func fold(_ change: ObjectChange<PipelineRun>) {
        foldChild(change) { $0.fold($1) }
    }

    /// Takes a training job's news, for the run that it belongs to.
    func fold(_ change: ObjectChange<TrainingJob>) {
        foldChild(change) { $0.fold($1) }
    }

    private func foldChild<Child>(_ change: ObjectChange<Child>, _ fold: (inout RunTable, Child) -> Void) {
        guard let owner = change.object.metadata.controller, owner.kind == ResourceType.pipelineRun.gvk.kind else {
            return
        }
        _ = with(owner.uid) { entry in
            switch change {
            case .added(let child), .updated(_, let child): fold(&entry.table, child)
            case .deleted(let child): entry.table.remove(child.metadata)
            }
        }
    }

    /// Takes the news that an entry of the cache changed, or that whoever claims it did.
    ///
    /// - Returns: The runs that wait for it.
    func cacheChanged(_ entry: ObjectKey) -> [ObjectKey] {
        allKeys { $0.object.metadata.namespace == entry.namespace && $0.table.cacheChanged(entry.name) }
    }

    /// Whether a run asks for, or waits for, an entry of the cache.
    func awaits(_ entry: ObjectKey) -> Bool {
        !allKeys { $0.object.metadata.namespace == entry.namespace && $0.table.awaits(entry.name) }.isEmpty
    }

    /// The runs that wait for a service.
    func awaiting(_ service: ObjectKey) -> [ObjectKey] {
        allKeys {
            $0.object.metadata.namespace == service.namespace && $0.table.awaitedServices.contains(service.name)
        }
    }
}

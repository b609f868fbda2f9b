import ControllerMachines
import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Synchronization

/// The runs that are under way: what each runs, its newest version, and its pods folded into a table.
///
/// Guarantees: pod events may be folded from any thread while a reconcile plans; a run that is not open costs nothing.
final class RunRegistry: Sendable {
    /// A run that is under way.
    struct Entry: Sendable {
        /// The run as the last of our own writes, or the last event, showed it.
        var run: PipelineRun
        /// What it runs.
        var fixed: FixedRun
        /// Its pods.
        var table: RunTable
        /// The registered models that it reads, as they are named.
        var modelInputs: [String]
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Takes a pod's news; pods of runs that are not open are left to the store.
    func fold(_ change: ObjectChange<PodView>) {
        guard let owner = change.object.metadata.controller?.uid else { return }
        entries.withLock { entries in
            switch change {
            case .added(let pod), .updated(_, let pod): entries[owner]?.table.fold(pod)
            case .deleted(let pod): entries[owner]?.table.remove(pod.metadata)
            }
        }
    }

    /// Takes a pod that the server answered to a write of ours.
    func fold(_ pod: PodView) {
        guard let owner = pod.metadata.controller?.uid else { return }
        entries.withLock { $0[owner]?.table.fold(pod) }
    }

    /// Whether a run is open.
    func isOpen(_ uid: String) -> Bool { entries.withLock { $0[uid] != nil } }

    /// Takes a nested run's news, for the run that it belongs to.
    func fold(_ change: ObjectChange<PipelineRun>) {
        guard let owner = change.object.metadata.controller, owner.kind == ResourceType.pipelineRun.gvk.kind else {
            return
        }
        entries.withLock { entries in
            switch change {
            case .added(let run), .updated(_, let run): entries[owner.uid]?.table.fold(run)
            case .deleted(let run): entries[owner.uid]?.table.remove(run.metadata)
            }
        }
    }

    /// Takes a training job's news, for the run that it belongs to.
    func fold(_ change: ObjectChange<TrainingJob>) {
        guard let owner = change.object.metadata.controller, owner.kind == ResourceType.pipelineRun.gvk.kind else {
            return
        }
        entries.withLock { entries in
            switch change {
            case .added(let job), .updated(_, let job): entries[owner.uid]?.table.fold(job)
            case .deleted(let job): entries[owner.uid]?.table.remove(job.metadata)
            }
        }
    }

    /// Opens a run; its pods and nested runs are folded in a second step, so that an event between both is not lost.
    func open(_ run: PipelineRun, fixed: FixedRun, outputs: [String: [Int: ItemOutput]]) {
        let table = RunTable(
            shape: RunShape(fixed), recorded: run.status.tasks, recovered: fixed.recovered ?? [], outputs: outputs,
            commits: run.status.commits)
        entries.withLock {
            $0[run.metadata.uid] = Entry(run: run, fixed: fixed, table: table, modelInputs: fixed.modelInputs)
        }
    }

    /// Takes the news that an entry of the cache changed, or that whoever claims it did.
    ///
    /// - Returns: The runs that wait for it.
    func cacheChanged(_ entry: ObjectKey) -> [ObjectKey] {
        entries.withLock { entries in
            var waiting: [ObjectKey] = []
            for uid in entries.keys where entries[uid]?.run.metadata.namespace == entry.namespace {
                guard entries[uid]?.table.cacheChanged(entry.name) == true, let run = entries[uid]?.run else {
                    continue
                }
                waiting.append(run.key)
            }
            return waiting
        }
    }

    /// Whether a run asks for, or waits for, an entry of the cache.
    func awaits(_ entry: ObjectKey) -> Bool {
        entries.withLock { entries in
            entries.values.contains { $0.run.metadata.namespace == entry.namespace && $0.table.awaits(entry.name) }
        }
    }

    /// The runs that wait for a service.
    func awaiting(_ service: ObjectKey) -> [ObjectKey] {
        entries.withLock { entries in
            entries.values.filter { entry in
                entry.run.metadata.namespace == service.namespace && entry.table.awaitedServices.contains(service.name)
            }.map(\.run.key)
        }
    }

    /// Forgets a run.
    func close(_ uid: String) { entries.withLock { _ = $0.removeValue(forKey: uid) } }

    /// Works on a run's entry; nil where it is not open.
    ///
    /// The body must be quick and call nothing that waits.
    func with<Result>(_ uid: String, _ body: (inout Entry) -> Result) -> Result? {
        entries.withLock { entries in
            guard var entry = entries[uid] else { return nil }
            // The entry leaves the dictionary while it is worked on, so that its table is not copied.
            entries[uid] = nil
            defer { entries[uid] = entry }
            return body(&entry)
        }
    }

    /// The newer of a run as the store has it and as our own last write left it.
    func newest(_ run: PipelineRun) -> PipelineRun {
        entries.withLock { entries in
            guard let known = entries[run.metadata.uid]?.run,
                let ours = known.metadata.resourceVersion, let theirs = run.metadata.resourceVersion
            else { return run }
            if ours != theirs, ours.isAtLeast(theirs) == true { return known }
            entries[run.metadata.uid]?.run = run
            return run
        }
    }
}

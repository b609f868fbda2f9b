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
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Takes a pod's news; pods of runs that are not open are left to the store.
    func fold(_ change: ObjectChange<PodView>) {
        guard let owner = change.object.metadata.controller?.uid else { return }
        entries.withLock { entries in
            switch change {
            case .added(let pod), .updated(_, let pod): entries[owner]?.table.fold(pod)
            case .deleted(let pod): entries[owner]?.table.remove(pod)
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

    /// Opens a run; the pods are folded in a second step, so that an event between both is not lost.
    func open(_ run: PipelineRun, fixed: FixedRun, settings: PlanningSettings) {
        let artifacts = settings.artifactStore.map {
            ArtifactLocation(
                root: $0, namespace: run.metadata.namespace ?? "default", runUID: run.metadata.uid)
        }
        let table = RunTable(shape: RunShape(fixed), recorded: run.status.tasks, artifacts: artifacts)
        entries.withLock { $0[run.metadata.uid] = Entry(run: run, fixed: fixed, table: table) }
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

import ControllerMachines
import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Synchronization

/// The training jobs that are under way: what each runs, its newest version, and its pods folded into a table.
///
/// Guarantees: pod events may be folded from any thread while a reconcile plans; a job that is not open costs nothing.
final class JobRegistry: Sendable {
    /// A job that is under way.
    struct Entry: Sendable {
        /// The job as the last of our own writes, or the last event, showed it.
        var job: TrainingJob
        /// What it runs.
        let fixed: FixedJob
        /// Its pods.
        var table: GangTable
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Takes a pod's news; pods of jobs that are not open are left to the store.
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

    /// Whether a job is open.
    func isOpen(_ uid: String) -> Bool { entries.withLock { $0[uid] != nil } }

    /// Opens a job; its pods are folded in a second step, so that an event between both is not lost.
    func open(_ job: TrainingJob, fixed: FixedJob) {
        let table = GangTable(shape: GangShape(fixed), status: job.status)
        entries.withLock { $0[job.metadata.uid] = Entry(job: job, fixed: fixed, table: table) }
    }

    /// Forgets a job.
    func close(_ uid: String) { entries.withLock { _ = $0.removeValue(forKey: uid) } }

    /// The jobs that are open.
    var open: [ObjectKey] { entries.withLock { $0.values.map(\.job.key) } }

    /// Works on a job's entry; nil where it is not open.
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

    /// The newer of a job as the store has it and as our own last write left it.
    func newest(_ job: TrainingJob) -> TrainingJob {
        entries.withLock { entries in
            guard let known = entries[job.metadata.uid]?.job,
                let ours = known.metadata.resourceVersion, let theirs = job.metadata.resourceVersion
            else { return job }
            if ours != theirs, ours.isAtLeast(theirs) == true { return known }
            entries[job.metadata.uid]?.job = job
            return job
        }
    }
}

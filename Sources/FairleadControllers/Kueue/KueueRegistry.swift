import ControllerMachines
import FairleadPlanning
import KubernetesCore
import Synchronization

/// The Workloads of jobs, by the job's identity, whatever version of the API they came by.
final class KueueRegistry: Sendable {
    private struct Entry: Sendable {
        var workload: KueueWorkload
        /// The flavors of its admission, which stay the same for as long as that lasts.
        var flavors: [String: KueueFlavor]?
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let synced = Mutex(false)

    /// Whether all Workloads that there are were seen; before, one that is not known may be there.
    var isSynced: Bool { synced.withLock { $0 } }

    /// Notes that all Workloads that there are were seen.
    func didSync() { synced.withLock { $0 = true } }

    /// The Workload of a job.
    subscript(job uid: String) -> KueueWorkload? { entries.withLock { $0[uid]?.workload } }

    /// The flavors in which a job was admitted, as far as they were read.
    func flavors(job uid: String) -> [String: KueueFlavor]? { entries.withLock { $0[uid]?.flavors } }

    /// Keeps the flavors that were read for an admission, unless that is another one now.
    func keep(_ flavors: [String: KueueFlavor], job uid: String, for workload: KueueWorkload) {
        entries.withLock { entries in
            if entries[uid]?.workload.isSameAdmission(as: workload) == true { entries[uid]?.flavors = flavors }
        }
    }

    /// Takes a Workload as a watch or the answer to a write showed it; an older state changes nothing.
    func fold(_ workload: KueueWorkload) {
        guard let owner = workload.metadata.controller?.uid else { return }
        entries.withLock { entries in
            guard let known = entries[owner] else {
                entries[owner] = Entry(workload: workload)
                return
            }
            let (old, new) = (known.workload.metadata, workload.metadata)
            if old.uid == new.uid, let ours = old.resourceVersion, let theirs = new.resourceVersion, ours != theirs,
                ours.isAtLeast(theirs) == true
            {
                return
            }
            let flavors = known.workload.isSameAdmission(as: workload) ? known.flavors : nil
            entries[owner] = Entry(workload: workload, flavors: flavors)
        }
    }

    /// Takes the news that a Workload is gone.
    func remove(_ metadata: ObjectMeta) {
        guard let owner = metadata.controller?.uid else { return }
        entries.withLock { entries in
            if entries[owner]?.workload.metadata.uid == metadata.uid { entries[owner] = nil }
        }
    }

    /// Forgets everything: the collection is not followed any more.
    func clear() {
        synced.withLock { $0 = false }
        entries.withLock { $0 = [:] }
    }
}

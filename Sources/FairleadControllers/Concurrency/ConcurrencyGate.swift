import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Synchronization

/// Lets runs into their concurrency groups, one question at a time.
final class ConcurrencyGate: Sendable {
    private let groups = Mutex(ConcurrencyGroups())

    /// The index of runs that nobody has judged yet.
    static let unjudged = "status.phase.unset"

    /// An index term for runs that may be ahead of another one in its line without anybody knowing.
    static func unjudgedTerms(_ run: PipelineRun) -> [String] {
        run.status.phase == nil && !run.metadata.isBeingDeleted ? [run.metadata.namespace ?? ""] : []
    }

    /// Takes a run's news.
    ///
    /// - Returns: The runs that should ask again.
    func observe(_ change: ObjectChange<PipelineRun>) -> [ObjectKey] {
        let run = change.object
        return groups.withLock { groups in
            change.isDeletion ? groups.forget(run.metadata.uid) : groups.observe(run)
        }
    }

    /// Takes a run out that wants no slot now.
    ///
    /// - Returns: The runs that should ask again.
    func forget(_ uid: String) -> [ObjectKey] { groups.withLock { $0.forget(uid) } }

    /// Whether a run has its place already.
    func knows(_ uid: String) -> Bool { groups.withLock { $0.knows(uid) } }

    /// Asks for a slot.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - claim: What it asks.
    ///   - earlier: Runs that nobody has judged yet and that may have come before it.
    func ask(
        _ run: PipelineRun, _ claim: ConcurrencyClaim, earlier: [(PipelineRun, ConcurrencyClaim)]
    ) -> ConcurrencyGroups.Decision {
        groups.withLock { groups in
            for (run, claim) in earlier { groups.enter(run, claim) }
            return groups.ask(run, claim)
        }
    }
}

extension ConcurrencyGate {
    /// Follows runs, and has those looked at for which a slot became free.
    func subscribe(_ runs: Store<PipelineRun>, _ queue: WorkQueue<ObjectKey>) {
        runs.subscribe { [self] change, _ in
            for key in observe(change) { queue.add(key) }
        }
    }
}

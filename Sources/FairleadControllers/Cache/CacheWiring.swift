import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// The cache's store, its queue, and whom a change of an entry wakes.
struct CacheWiring: Sendable {
    /// The entries, without what they hold.
    let entries: Store<CacheEntry>
    /// The entries to be looked at.
    let queue: WorkQueue<ObjectKey>

    /// Which objects are entries.
    static let selector = WatchMachine.Configuration(labelSelector: CacheEntry.label)
    private static let claimsByRun = "claimant.runUID"

    init(clock: any RuntimeClock) {
        entries = Store(clock: clock)
        queue = WorkQueue(clock: clock)
        entries.addIndex(Self.claimsByRun) { $0.state == .claimed ? [$0.claimant.runUID] : [] }
    }

    /// Wakes the runs that wait for an entry when it changes, and when whoever claims it can't complete it any more.
    func subscribe(_ registry: OpenObjects<OpenRun>, _ runs: Store<PipelineRun>, _ runQueue: WorkQueue<ObjectKey>) {
        let (entries, queue) = (entries, queue)
        entries.subscribe { change, source in
            if !change.isDeletion { queue.add(change.key, priority: .low) }
            for run in registry.cacheChanged(change.key) { runQueue.add(run, priority: source.priority) }
        }
        runs.subscribe { change, _ in
            let run = change.object
            for entry in entries.values(index: Self.claimsByRun, term: run.metadata.uid)
            where registry.awaits(entry.key) && (change.isDeletion || !entry.isBeingComputed(by: run)) {
                for waiting in registry.cacheChanged(entry.key) { runQueue.add(waiting) }
            }
        }
    }
}

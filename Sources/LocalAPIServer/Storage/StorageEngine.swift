import Dispatch
import Foundation
import KubernetesCore
import Logging
import Synchronization

/// Drives the ``ObjectStore``: one lock around it, one thread that writes its changes to the file, and the tasks that
/// wait for either.
///
/// Guarantees: ``write(_:)`` returns once its changes are safely stored; many writers share one transaction.
final class StorageEngine: Sendable {
    private struct Parked {
        var namespace: String?
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var store: ObjectStore
        var isCommitting = false
        var committers: [(revision: Int64, continuation: CheckedContinuation<(any Error)?, Never>)] = []
        var parked: [String: [UInt64: Parked]] = [:]
        /// Watchers that were woken while they were not parked.
        var poked: Set<UInt64> = []
        var nextWatcher: UInt64 = 0
        var worker: CheckedContinuation<Void, Never>?
    }

    /// What is to be done once the lock is free.
    private struct Wakeups {
        var watchers: [CheckedContinuation<Void, Never>] = []
        var committers: [(CheckedContinuation<(any Error)?, Never>, (any Error)?)] = []
        var worker: CheckedContinuation<Void, Never>?

        func perform() {
            for continuation in watchers { continuation.resume() }
            for (continuation, error) in committers { continuation.resume(returning: error) }
            worker?.resume()
        }
    }

    private let state: Mutex<State>
    private let file: StateFile?
    private let logger: Logger
    /// SQLite blocks, so that it has a thread outside the cooperative pool; being serial, it also groups commits.
    private let committer = DispatchQueue(label: "fairlead.state.commit")

    init(store: ObjectStore, file: StateFile?, logger: Logger) {
        state = Mutex(State(store: store))
        self.file = file
        self.logger = logger
    }

    /// Looks at the store as it is, which may be ahead of what is safely stored; see ``stored(through:)``.
    func read<Result>(_ body: (borrowing ObjectStore) throws -> Result) rethrows -> Result {
        try state.withLock { try body($0.store) }
    }

    /// Changes the store and returns once the change is safely stored.
    ///
    /// - Throws: What the body throws, or a `Status` where the file cannot be written.
    func write<Result: Sendable>(_ body: (inout ObjectStore) throws -> Result) async throws -> Result {
        let isDurable = file == nil
        var wakeups = Wakeups()
        let (result, revision, starts) = try state.withLock { state in
            let result = try body(&state.store)
            let revision = state.store.revision
            if isDurable { wakeups = Self.publish(&state, through: revision) }
            if state.store.hasWork, wakeups.worker == nil {
                wakeups.worker = state.worker
                state.worker = nil
            }
            let starts = !isDurable && state.store.hasUntakenRows && !state.isCommitting
            if starts { state.isCommitting = true }
            return (result, revision, starts)
        }
        wakeups.perform()
        if starts { committer.async { self.commitLoop() } }
        if !isDurable { try await stored(through: revision) }
        return result
    }

    /// Returns once everything up to a revision is safely stored.
    func stored(through revision: Int64) async throws {
        if state.withLock({ $0.store.published >= revision }) { return }
        let error = await withCheckedContinuation { (continuation: CheckedContinuation<(any Error)?, Never>) in
            let isStored = state.withLock { state in
                if state.store.published >= revision || !state.isCommitting { return true }
                state.committers.append((revision, continuation))
                return false
            }
            if isStored { continuation.resume(returning: nil) }
        }
        if let error { throw Status.internalError("the state could not be stored: \(error)") }
    }

    private func commitLoop() {
        while true {
            let (rows, revision) = state.withLock { state in
                let rows = state.store.takeRows()
                if rows.isEmpty { state.isCommitting = false }
                return (rows, state.store.revision)
            }
            if rows.isEmpty { return }
            var wakeups: Wakeups
            do {
                try file?.commit(rows, revision: revision)
                wakeups = state.withLock { Self.publish(&$0, through: revision) }
            } catch {
                logger.critical("the state could not be stored", metadata: ["error": "\(error)"])
                wakeups = state.withLock { state in
                    state.store.rollBack()
                    var wakeups = Wakeups()
                    wakeups.committers = state.committers.map { ($0.continuation, error) }
                    state.committers = []
                    return wakeups
                }
            }
            wakeups.perform()
        }
    }

    private static func publish(_ state: inout State, through revision: Int64) -> Wakeups {
        var wakeups = Wakeups()
        for (collection, namespaces) in state.store.publish(through: revision) {
            guard let parked = state.parked[collection] else { continue }
            for (id, watcher) in parked {
                if let namespace = watcher.namespace, !namespaces.contains(namespace) { continue }
                wakeups.watchers.append(watcher.continuation)
                state.parked[collection]?[id] = nil
            }
        }
        state.committers.removeAll { waiter in
            guard waiter.revision <= revision else { return false }
            wakeups.committers.append((waiter.continuation, nil))
            return true
        }
        if state.store.hasWork {
            wakeups.worker = state.worker
            state.worker = nil
        }
        return wakeups
    }
}

// MARK: - Waiting

extension StorageEngine {
    /// A name for a watcher.
    func makeWatcher() -> UInt64 {
        state.withLock { state in
            state.nextWatcher += 1
            return state.nextWatcher
        }
    }

    /// Returns once the collection has a change in the namespace after a revision, or somebody called
    /// ``poke(_:collection:)``, or the task is cancelled.
    func waitForChange(watcher: UInt64, collection: String, namespace: String?, after revision: Int64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isParked = state.withLock { state in
                    if Task.isCancelled || state.poked.remove(watcher) != nil { return false }
                    if state.store.collection(collection).history.last > revision { return false }
                    state.parked[collection, default: [:]][watcher] = Parked(
                        namespace: namespace, continuation: continuation)
                    return true
                }
                if !isParked { continuation.resume() }
            }
        } onCancel: {
            poke(watcher, collection: collection)
        }
    }

    /// Wakes a watcher.
    func poke(_ watcher: UInt64, collection: String) {
        let parked = state.withLock { state in
            let parked = state.parked[collection]?.removeValue(forKey: watcher)
            if parked == nil { state.poked.insert(watcher) }
            return parked
        }
        parked?.continuation.resume()
    }

    /// Forgets a watcher.
    func retire(_ watcher: UInt64) { _ = state.withLock { $0.poked.remove(watcher) } }

    /// Wakes every watcher of a collection that is no longer served.
    func wakeAll(collection: String) {
        let parked = state.withLock { $0.parked.removeValue(forKey: collection) }
        for watcher in (parked ?? [:]).values { watcher.continuation.resume() }
    }

    /// The next work for the controllers; waits for it, and returns nothing when the task is cancelled.
    func nextWork() async -> [BackgroundWork] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if Task.isCancelled || state.store.hasWork { return false }
                    state.worker = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            let worker = state.withLock { state in
                defer { state.worker = nil }
                return state.worker
            }
            worker?.resume()
        }
        return state.withLock { $0.store.takeWork() }
    }

    /// Forgets the history of changes, as a compaction and a restart do together.
    func compact() { state.withLock { $0.store.compact() } }

    /// Changes encodings without a new version; see ``ObjectStore/reencode(collection:_:)``.
    func reencode(collection: String, _ transform: (JSONValue) -> ObjectDraft) {
        state.withLock { $0.store.reencode(collection: collection, transform) }
    }
}

import FairleadAPI
public import Foundation
import KubernetesCore

extension RunTable {
    /// Whether an item is to be looked up before it is computed.
    ///
    /// One that had a pod already holds the claim, and one whose pod was made while its code was not resolved needs
    /// none.
    func needsLookup(_ id: ItemID) -> Bool {
        guard shape.tasks[id.task].isCached, entries[id.task].live[id.item] == nil else { return false }
        return entries[id.task].cache.computing[id.item] == nil
    }

    /// Takes the news that items are about to be looked up: what happens to their entries from now on counts.
    public mutating func willLookUp(_ requests: [CacheRequest]) {
        for request in requests {
            cacheInterest[request.key.name, default: []].insert(request.item)
            changedEntries.remove(request.key.name)
        }
    }

    /// Takes the answer of a look-up.
    public mutating func didLookUp(_ request: CacheRequest, _ answer: CacheLookup.Answer, now: Date) {
        let id = request.item
        let name = request.key.name
        guard entries.indices.contains(id.task), !entries[id.task].hasEnded(id.item) else { return forget(id, name) }
        switch answer {
        case .compute:
            entries[id.task].cache.computing[id.item] = request.computation
            forget(id, name)
        case .found(let output, let entry):
            forget(id, name)
            take(id, output, from: entry, now: now)
        case .wait(let entry):
            guard !changedEntries.contains(name) else { return forget(id, name) }
            let story = "waits for run \(entry.claimant.run), which computes the same"
            entries[id.task].cache.waiting[id.item] = ItemCache.Waiting(entry: name, story: story)
            entries[id.task].due.remove(id.item)
            revision += 1
            dirtyTasks.insert(id.task)
        }
    }

    /// Takes the news that an entry of the cache changed, or that who claims it did.
    ///
    /// - Returns: Whether anything here waits for it.
    public mutating func cacheChanged(_ name: String) -> Bool {
        guard let items = cacheInterest[name] else { return false }
        changedEntries.insert(name)
        for id in items where entries[id.task].cache.waiting[id.item] != nil {
            forget(id, name)
            guard !entries[id.task].hasEnded(id.item) else { continue }
            entries[id.task].due.insert(id.item)
            revision += 1
            dirtyTasks.insert(id.task)
        }
        if cacheInterest[name] == nil { changedEntries.remove(name) }
        return true
    }

    private mutating func forget(_ id: ItemID, _ name: String) {
        entries[id.task].cache.waiting[id.item] = nil
        cacheInterest[name]?.remove(id)
        guard cacheInterest[name]?.isEmpty == true else { return }
        cacheInterest[name] = nil
        changedEntries.remove(name)
    }

    /// Ends an item with an outcome that stood in the cache.
    private mutating func take(_ id: ItemID, _ output: ItemOutput, from entry: CacheEntry, now: Date) {
        entries[id.task].due.remove(id.item)
        entries[id.task].cache.taken.insert(id.item)
        guard shape.tasks[id.task].isMapped else {
            let time = entry.time.map { " at \($0)" } ?? ""
            return finish(
                id.task,
                TaskStatus(
                    name: shape.tasks[id.task].name, phase: .succeeded, reason: .cached,
                    message: "taken from run \(entry.claimant.run), which computed it\(time)", startTime: Time(now),
                    completionTime: Time(now), results: output.results, artifacts: output.artifacts))
        }
        entries[id.task].completed.insert(id.item)
        if !output.results.isEmpty || !output.artifacts.isEmpty { entries[id.task].values[id.item] = output }
        unflushed.append(id)
        revision += 1
        dirtyTasks.insert(id.task)
    }
}

extension RunTable {
    /// Whether everything that is under way waits until a queue admits it.
    var isGated: Bool {
        guard active > 0 else { return false }
        return entries.allSatisfy { entry in
            entry.active == 0 || entry.live.values.allSatisfy { !$0.isActive || $0.newest?.isGated == true }
        }
    }

    /// Whether something here asks for, or waits for, an entry of the cache.
    public func awaits(_ name: String) -> Bool { cacheInterest[name] != nil }
}

import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Asks the cache for runs, and writes into it what they computed.
struct CacheDesk: Sendable {
    let client: Client
    let entries: Store<CacheEntry>
    let runs: Store<PipelineRun>
    let registry: OpenObjects<OpenRun>
    let clock: any RuntimeClock
    /// Tells an event about a run; never fails.
    let record: @Sendable (PlannedEvent, PipelineRun) -> Void

    /// How often an entry may change while an outcome is written into it; then it is left to whoever changes it.
    private static let mostTries = 5

    /// Looks items up and tells the run's table what there is.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`; items that were answered stay so.
    func lookUp(_ requests: [CacheRequest], run: PipelineRun) async throws {
        let uid = run.metadata.uid
        _ = registry.with(uid) { $0.table.willLookUp(requests) }
        let failures = await ConcurrentCalls.perform(requests) { request in
            let answer: CacheLookup.Answer
            do {
                answer = try await self.answer(request)
            } catch let error as APIError where Self.isFinal(error) {
                // A cache that is out of order costs the computation, and not the run.
                tell(request, error, run)
                answer = .compute
            }
            let now = clock.now
            _ = registry.with(uid) { $0.table.didLookUp(request, answer, now: now) }
        }
        _ = registry.with(uid) { $0.table.didLookUp(requests.count, allSucceeded: failures.isEmpty) }
        if let failure = failures.first { throw failure.1 }
    }

    /// Writes outcomes.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func write(_ records: [CacheRecord], run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(records) { record in
            do {
                try await write(record)
            } catch let error as APIError where Self.isFinal(error) {
                tell(record.request, error, run)
            }
        }
        if let failure = failures.first { throw failure.1 }
    }

    /// Whether trying again is in vain.
    private static func isFinal(_ error: APIError) -> Bool { [400, 403, 413, 422].contains(error.code) }

    private func tell(_ request: CacheRequest, _ error: APIError, _ run: PipelineRun) {
        let note = "task \(request.claimant.task): entry \(request.key.name): \(error.description)"
        record(PlannedEvent(isWarning: true, reason: "CacheFailed", note: note), run)
    }

    private func answer(_ request: CacheRequest) async throws -> CacheLookup.Answer {
        let key = ObjectKey(namespace: request.namespace, name: request.key.name)
        var lookup = CacheLookup(request, now: clock.now)
        var step = lookup.begin(isKnown: entries[key] != nil)
        while true {
            switch step {
            case .answer(let answer): return answer
            case .create(let claim): step = lookup.didCreate(try await create(claim, key))
            case .read:
                let found = try await read(key)
                step = lookup.didRead(found?.entry, found?.output)
            case .readClaimant(let entry): step = lookup.didReadClaimant(try await claimant(of: entry))
            case .delete(let entry):
                try await delete(entry)
                step = lookup.didDelete()
            }
        }
    }

    /// The run that claims an entry: as the store has it where that is enough to wait for it, else as it is now.
    func claimant(of entry: CacheEntry) async throws -> PipelineRun? {
        let key = ObjectKey(namespace: entry.metadata.namespace, name: entry.claimant.run)
        if let known = runs[key], entry.isBeingComputed(by: known) { return known }
        guard !key.name.isEmpty else { return nil }
        return try await Client.ifPresent { try await client.get(PipelineRun.self, key) }
    }

    /// Deletes this very version of an entry; one that changed or is gone is left alone.
    func delete(_ entry: CacheEntry) async throws {
        let preconditions = DeleteOptions.Preconditions(
            uid: entry.metadata.uid, resourceVersion: entry.metadata.resourceVersion)
        do {
            try await client.delete(.configMap, entry.key, DeleteOptions(preconditions: preconditions))
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Somebody else was faster.
        }
    }

    private func create(_ configMap: JSONValue, _ key: ObjectKey) async throws -> Bool {
        do {
            try await client.create(.configMap, namespace: key.namespace, configMap)
            return true
        } catch let error as APIError where error.isAlreadyExists {
            return false
        }
    }

    private func read(_ key: ObjectKey) async throws -> (entry: CacheEntry, output: ItemOutput?)? {
        guard let configMap = try await Client.ifPresent({ try await client.get(.configMap, key) }) else { return nil }
        return (try KubernetesJSON.decode(CacheEntry.self, from: configMap), CacheEntry.output(of: configMap))
    }

    private func write(_ record: CacheRecord) async throws {
        let key = ObjectKey(namespace: record.request.namespace, name: record.request.key.name)
        var entry = entries[key]
        // What the store has may be old: it is good enough to try, and not to leave the entry alone.
        var isRead = false
        for _ in 0..<Self.mostTries {
            switch record.write(over: entry, now: clock.now) {
            case .leave where isRead: return
            case .leave: break
            case .create(let configMap): if try await create(configMap, key) { return }
            case .patch(let change):
                do {
                    try await client.patch(.configMap, key, change)
                    return
                } catch let error as APIError where error.isNotFound || error.isConflict {
                    // It changed: what it is now decides.
                }
            }
            entry = try await read(key)?.entry
            isRead = true
        }
    }
}

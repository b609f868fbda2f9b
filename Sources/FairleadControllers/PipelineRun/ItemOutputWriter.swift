import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Writes what the items of mapped tasks wrote into ConfigMaps of the run, and reads it again.
struct ItemOutputWriter: Sendable {
    let client: Client

    /// Adds items to their chunks.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func write(_ chunks: [ItemOutputs.Chunk], run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(chunks) { chunk in
            let key = ObjectKey(namespace: run.metadata.namespace, name: chunk.name)
            let change: JSONValue = ["data": chunk.configMap["data"] ?? .object([:])]
            if chunk.isFirst, try await create(chunk.configMap, run: run) { return }
            if try await Client.ifPresent({ try await client.patch(.configMap, key, change) }) == nil {
                _ = try await create(chunk.configMap, run: run)
            }
        }
        if let failure = failures.first { throw failure.1 }
    }

    /// Writes whole lists; one that is there already is the same.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func write(_ lists: [ItemOutputs.List], run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(lists) { list in
            _ = try await create(list.configMap, run: run)
        }
        if let failure = failures.first { throw failure.1 }
    }

    /// What ended items wrote, as their chunks tell it.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func read(_ run: PipelineRun, fixed: FixedRun) async throws -> [String: [Int: ItemOutput]] {
        var outputs: [String: [Int: ItemOutput]] = [:]
        for (task, chunks) in ItemOutputs.writtenChunks(run: run, fixed: fixed) {
            for chunk in chunks {
                let name = ItemOutputs.chunkName(run: run.metadata, task: task, chunk: chunk)
                let key = ObjectKey(namespace: run.metadata.namespace, name: name)
                // Where there is none, no item of it wrote anything.
                let found = try await Client.ifPresent { try await client.get(.configMap, key) }
                if let found { outputs[task, default: [:]].merge(ItemOutputs.read(found)) { _, new in new } }
            }
        }
        return outputs
    }

    /// Whether the ConfigMap was made now; false where it was there.
    private func create(_ configMap: JSONValue, run: PipelineRun) async throws -> Bool {
        do {
            try await client.create(.configMap, namespace: run.metadata.namespace, configMap)
            return true
        } catch let error as APIError where error.isAlreadyExists {
            return false
        }
    }
}

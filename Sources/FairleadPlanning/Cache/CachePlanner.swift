import FairleadAPI
import Foundation
import KubernetesCore

/// Decides which items are looked up, and which outcomes go into the cache.
struct CachePlanner {
    let run: PipelineRun
    let fixed: FixedRun

    /// Whether the run has to do with the cache at all.
    private var isOn: Bool { run.spec.value?.cache != .off }

    /// The look-up that an item needs before it is computed, nil where it needs none.
    ///
    /// Code that is not resolved to a commit yet can't be looked up: the first attempt resolves it.
    func lookup(
        _ id: ItemID, _ attempt: PodAttempt, codeKey: String?, _ table: RunTable
    ) throws(TaskProblem) -> CacheRequest? {
        guard isOn, table.needsLookup(id) else { return nil }
        if let codeKey, table.commits[codeKey] == nil { return nil }
        let computation = try Computation.digest(
            of: (fixed.task(at: id.task)?.container ?? ContainerSpec()), attempt, isResolved: codeKey == nil)
        return request(id, computation: computation, codeKey: codeKey, table)
    }

    /// What an item's pod is to say that it computes, nil where it is not cached.
    func computation(
        _ id: ItemID, _ attempt: PodAttempt, codeKey: String?, _ table: RunTable
    ) throws(TaskProblem) -> String? {
        guard isOn, table.shape.tasks[id.task].isCached else { return nil }
        if let known = table.entries[id.task].cache.computing[id.item] { return known }
        if let known = table.entries[id.task].live[id.item]?.newest?.computation { return known }
        return try Computation.digest(
            of: (fixed.task(at: id.task)?.container ?? ContainerSpec()), attempt, isResolved: codeKey == nil)
    }

    /// The outcomes of items that ended and that the cache does not have yet.
    func records(of items: [ItemID], _ table: RunTable) -> [CacheRecord] {
        guard isOn else { return [] }
        return items.compactMap { id in
            let entry = table.entries[id.task]
            guard table.shape.tasks[id.task].isCached, !entry.cache.taken.contains(id.item),
                let view = entry.live[id.item]?.newest, view.outcome.isSuccess, let computation = view.computation
            else { return nil }
            if let codeKey = view.codeKey, table.commits[codeKey] == nil { return nil }
            let output: ItemOutput
            if table.shape.tasks[id.task].isMapped {
                output = entry.values[id.item] ?? ItemOutput()
            } else {
                output = ItemOutput(
                    results: entry.record?.results ?? [:], artifacts: entry.record?.artifacts ?? [:])
            }
            return CacheRecord(
                request: request(id, computation: computation, codeKey: view.codeKey, table), output: output)
        }
    }

    private func request(
        _ id: ItemID, computation: String, codeKey: String?, _ table: RunTable
    ) -> CacheRequest {
        let task = fixed.task(at: id.task)
        let isRefreshing = run.spec.value?.cache == .refresh
        return CacheRequest(
            item: id, computation: computation,
            key: CacheKey(computation: computation, commit: codeKey.flatMap { table.commits[$0] }),
            claimant: CacheClaimant(
                run: run.metadata.name, runUID: run.metadata.uid, task: table.shape.tasks[id.task].name, item: id.item),
            namespace: run.metadata.namespace ?? "default", maxAge: task?.cache?.maxAge,
            notBefore: isRefreshing ? run.metadata.creationTimestamp?.date ?? .distantFuture : nil,
            note: task?.container.imageNote)
    }
}

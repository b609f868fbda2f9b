import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization

/// Runs slots again, some at a time, each to its end.
///
/// Guarantees: a slot's run has a name of its own, so that the command goes on where it was interrupted, and two of them
/// at the same time do no more than one.
struct Backfiller: Sendable {
    let cluster: Cluster
    let trigger: Trigger
    /// How many runs go on at the same time.
    let parallel: Int
    /// Takes each line of progress.
    let say: @Sendable (String) throws -> Void

    /// Runs all slots of a plan.
    ///
    /// - Returns: The runs that did not succeed, with why.
    /// - Throws: What keeps a run from being made or followed, after the others have ended.
    func run(_ plan: BackfillPlan) async throws -> [(name: String, why: String)] {
        let done = Mutex(0)
        let outcomes = await BoundedWork.map(plan.items, limit: parallel) { item in
            let end = try await end(of: item)
            let took = end.duration.map { " in \($0)" } ?? ""
            // Under the lock, so that the last line tells the last number.
            try done.withLock { done in
                done += 1
                try say("\(done)/\(plan.items.count)  \(item.slot)  \(item.name)  \(end.phase)\(took)")
            }
            return (item.name, end)
        }
        var failures: [(name: String, why: String)] = []
        for outcome in outcomes {
            let (name, end) = try outcome.get()
            if !end.hasSucceeded { failures.append((name, end.message ?? end.phase)) }
        }
        return failures.sorted { $0.name < $1.name }
    }

    /// Makes a slot's run or job, or finds it, and waits for its end.
    private func end(of item: BackfillPlan.Item) async throws -> BackfillEnd {
        let word = item.type == .trainingJob ? "job" : "run"
        do {
            try await cluster.client.create(item.type, namespace: cluster.namespace, item.object)
        } catch let error as APIError where error.isAlreadyExists {
            let found = try await cluster.client.get(item.type, cluster.key(item.name))
            let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:])
            guard metadata.controller?.uid == trigger.metadata.uid else {
                throw CommandError(.conflict, "\(word) \"\(item.name)\" exists, and is none of this trigger's")
            }
        }
        let end =
            item.type == .trainingJob
            ? try await follow(item.name) { (job: TrainingJob) in BackfillEnd(job) }
            : try await follow(item.name) { (run: PipelineRun) in BackfillEnd(run) }
        guard let end else { throw CommandError(.notFound, "\(word) \"\(item.name)\" was deleted") }
        return end
    }

    /// Waits for an object's end; nil where it is deleted.
    private func follow<Child: Resource>(
        _ name: String, _ end: @escaping @Sendable (Child) -> BackfillEnd?
    ) async throws -> BackfillEnd? {
        let last = LastValue<BackfillEnd>()
        let follower = ResourceFollower<Child>(
            client: cluster.client, namespace: cluster.namespace, fieldSelector: "metadata.name=\(name)")
        try await follower.follow { event in
            guard case .present(let child) = event else { return .stop }
            guard let end = end(child) else { return .goOn }
            last.set(end)
            return .stop
        }
        return last.value
    }
}

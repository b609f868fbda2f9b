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
            let run = try await end(of: item)
            let count = done.withLock { done in
                done += 1
                return done
            }
            let phase = run.status.phase?.rawValue ?? ""
            let took = run.status.duration.map { " in \($0)" } ?? ""
            try say("\(count)/\(plan.items.count)  \(item.slot)  \(item.name)  \(phase)\(took)")
            return run
        }
        var failures: [(name: String, why: String)] = []
        for outcome in outcomes {
            let run = try outcome.get()
            guard run.status.phase != .succeeded else { continue }
            failures.append((run.metadata.name, run.status.message ?? run.status.phase?.rawValue ?? ""))
        }
        return failures.sorted { $0.name < $1.name }
    }

    /// Makes a slot's run, or finds it, and waits for its end.
    private func end(of item: BackfillPlan.Item) async throws -> PipelineRun {
        let name = item.name
        do {
            try await cluster.client.create(.pipelineRun, namespace: cluster.namespace, item.run)
        } catch let error as APIError where error.isAlreadyExists {
            let found = try await cluster.client.get(PipelineRun.self, cluster.key(name))
            guard found.metadata.controller?.uid == trigger.metadata.uid else {
                throw CommandError(.conflict, "run \"\(name)\" exists, and is none of this trigger's")
            }
        }
        let last = LastValue<PipelineRun>()
        let follower = ResourceFollower<PipelineRun>(
            client: cluster.client, namespace: cluster.namespace, fieldSelector: "metadata.name=\(name)")
        try await follower.follow { event in
            guard case .present(let run) = event else {
                throw CommandError(.notFound, "run \"\(name)\" was deleted")
            }
            guard run.status.phase?.isTerminal == true else { return .goOn }
            last.set(run)
            return .stop
        }
        guard let run = last.value else { throw CommandError(.notFound, "run \"\(name)\" was deleted") }
        return run
    }
}

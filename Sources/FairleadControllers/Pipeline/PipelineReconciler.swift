import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Tells of each Pipeline whether runs can use it, and which run was its last.
struct PipelineReconciler: Sendable {
    /// The store's index of runs by the pipeline that they name, as `namespace/name`.
    static let runsByPipeline = "spec.pipeline"

    let client: Client
    let pipelines: Store<Pipeline>
    let runs: Store<PipelineRun>
    let clock: any RuntimeClock

    /// Reconciles one pipeline.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let pipeline = pipelines[key], !pipeline.metadata.isBeingDeleted else { return .onChange }
        let lastRun = runs.values(index: Self.runsByPipeline, term: key.description)
            .max { left, right in
                (left.metadata.creationTimestamp ?? Time(.distantPast), left.metadata.name)
                    < (right.metadata.creationTimestamp ?? Time(.distantPast), right.metadata.name)
            }?.metadata.name
        let status = PipelineStatusPlanner.status(
            of: pipeline, lastRun: lastRun ?? pipeline.status.lastRun, now: clock.now)
        try await client.writeStatus(pipeline, KubernetesJSON.value(of: status))
        return .onChange
    }

    /// The index term of a run.
    @Sendable static func terms(_ run: PipelineRun) -> [String] {
        guard let name = run.spec.value?.pipeline else { return [] }
        return [ObjectKey(namespace: run.metadata.namespace, name: name).description]
    }
}

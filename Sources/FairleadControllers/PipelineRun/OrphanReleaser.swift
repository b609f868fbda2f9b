import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Releases pods whose run is gone: found by label, never through the owner, so that no namespace hangs on them.
struct OrphanReleaser: Sendable {
    let client: Client
    let runs: Store<PipelineRun>
    let pods: Store<PodView>

    /// The store's index of runs by identity.
    static let runsByUID = "metadata.uid"

    /// Whether a pod is ours to keep and its run is not known.
    func isSuspect(_ pod: PodView) -> Bool {
        guard pod.metadata.finalizers.contains(PodNaming.outcomeFinalizer),
            let owner = pod.metadata.controller, owner.kind == PipelineRun.type.gvk.kind
        else { return false }
        return runs.keys(index: Self.runsByUID, term: owner.uid).isEmpty
    }

    /// Looks at one pod, and asks the server before it believes that the run is gone.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let pod = pods[key], isSuspect(pod), let owner = pod.metadata.controller else { return .onChange }
        do {
            let run = try await client.get(
                PipelineRun.self, ObjectKey(namespace: key.namespace, name: owner.name))
            if run.metadata.uid == owner.uid { return .after(.seconds(5)) }
        } catch let error as APIError where error.isNotFound {
            // Gone: nothing will ever read the pod's outcome.
        }
        try await client.releasePod(key, uid: pod.metadata.uid)
        return .onChange
    }
}

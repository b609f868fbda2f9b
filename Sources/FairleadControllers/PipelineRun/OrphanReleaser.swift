import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Releases pods whose run or job is gone: found by label, never through the owner, so that no namespace hangs on them.
struct OrphanReleaser: Sendable {
    let client: Client
    let runs: Store<PipelineRun>
    let jobs: Store<TrainingJob>
    let pods: Store<PodView>

    /// The stores' index of runs and jobs by identity.
    static let ownersByUID = "metadata.uid"

    /// Whether a pod is ours to keep and its owner is not known.
    func isSuspect(_ pod: PodView) -> Bool {
        guard pod.metadata.finalizers.contains(PodNaming.outcomeFinalizer), let owner = pod.metadata.controller else {
            return false
        }
        switch owner.kind {
        case PipelineRun.type.gvk.kind: return runs.keys(index: Self.ownersByUID, term: owner.uid).isEmpty
        case TrainingJob.type.gvk.kind: return jobs.keys(index: Self.ownersByUID, term: owner.uid).isEmpty
        default: return false
        }
    }

    /// Looks at one pod, and asks the server before it believes that the owner is gone.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let pod = pods[key], isSuspect(pod), let owner = pod.metadata.controller else { return .onChange }
        let type: ResourceType = owner.kind == TrainingJob.type.gvk.kind ? .trainingJob : .pipelineRun
        do {
            let found = try await client.get(type, ObjectKey(namespace: key.namespace, name: owner.name))
            if found[path: ["metadata", "uid"]]?.stringValue == owner.uid { return .after(.seconds(5)) }
        } catch let error as APIError where error.isNotFound {
            // Gone: nothing will ever read the pod's outcome.
        }
        try await client.releasePod(key, uid: pod.metadata.uid)
        return .onChange
    }
}

import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Writes on pods that they were pending for too long, before they are deleted for it.
///
/// A pod may start at the very moment at which its deletion is asked for; who finds it ended reads here why.
struct OverdueMarker: Sendable {
    let client: Client
    let registry: OpenObjects<OpenRun>

    /// Marks pods; one that is gone, or that has changed since, is left as it is, and one on which a policy lets nobody
    /// write counts as marked.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func mark(_ views: [AttemptView], run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(views) { view in
            let key = ObjectKey(namespace: run.metadata.namespace, name: view.pod)
            var metadata: JSONValue = [
                "uid": .string(view.uid), "annotations": [PodNaming.overdueAnnotation: .string(view.waitsFor)],
            ]
            metadata["resourceVersion"] = view.resourceVersion.map { .string($0.rawValue) }
            do {
                let patch: JSONValue = ["metadata": metadata]
                let pod = try await Client.ifPresent { try await client.patch(.pod, key, patch, reading: PodView.self) }
                if let pod { registry.fold(pod) }
            } catch let error as APIError where error.isConflict {
                // Its event is on the way.
            }
            _ = registry.with(run.metadata.uid) { $0.table.didMark(pod: view.pod) }
        }
        let refused = failures.filter { ($0.1 as? APIError).map { $0.isFinal || $0.mayPass } ?? false }.map(\.0)
        _ = registry.with(run.metadata.uid) { $0.table.didRefuseMarks(of: refused) }
        let uids = Set(refused.map(\.uid))
        if let failure = failures.first(where: { !uids.contains($0.0.uid) }) { throw failure.1 }
    }
}

import ControllerRuntime
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Tells of objects that only have to be right whether they are.
struct StandingReconciler<T: StandingResource>: Sendable {
    let client: Client
    let store: Store<T>
    let clock: any RuntimeClock

    /// Reconciles one object.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let object = store[key], !object.metadata.isBeingDeleted else { return .onChange }
        let previous = try KubernetesJSON.value(of: object.status)
        let status = try KubernetesJSON.value(of: object.judgedStatus(now: clock.now))
        guard let change = MergePatch.difference(from: previous, to: status) else { return .onChange }
        try await client.patchStatus(T.type, object.metadata, change)
        return .onChange
    }
}

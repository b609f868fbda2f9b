import ControllerRuntime
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Tells of objects that only have to be right whether they are.
struct StandingReconciler<Kind: StandingKind>: Sendable {
    let client: Client
    let store: Store<CustomResource<Kind>>
    let clock: any RuntimeClock

    /// Reconciles one object.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let object = store[key], !object.metadata.isBeingDeleted else { return .onChange }
        try await client.writeStatus(object, KubernetesJSON.value(of: object.judgedStatus(now: clock.now)))
        return .onChange
    }
}

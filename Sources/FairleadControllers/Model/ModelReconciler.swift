import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Brings a model's aliases to where they should point, and tells of each version how it stands.
struct ModelReconciler: Sendable {
    /// The store's index of versions by their model, as `namespace/name`.
    static let versionsByModel = "spec.model"

    let models: Store<Model>
    let versions: Store<ModelVersion>
    /// What serves a model, and how far it is.
    let followers: @Sendable (ObjectKey) -> [ModelFollower]
    let writer: ModelActionWriter
    let clock: any RuntimeClock

    /// Reconciles one model, whether it is there or only versions that name it.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        let model = models[key]
        if let problem = model?.statusProblem {
            throw TerminalError("the status of model \(key) can't be read, it is left alone: \(problem.message)")
        }
        let plan = ModelPlanner.plan(
            model: model, versions: versions.values(index: Self.versionsByModel, term: key.description),
            followers: followers(key), now: clock.now)
        try await writer.perform(plan.actions, key: key, model: model)
        return .onChange
    }

    /// The model's address as a version tells it.
    static func model(of version: ModelVersion) -> ObjectKey {
        ObjectKey(namespace: version.metadata.namespace, name: version.model)
    }
}

import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// The registry's stores, its queue, and what leads from one to the other.
struct ModelWiring: Sendable {
    /// The models.
    let models: Store<Model>
    /// Their versions.
    let versions: Store<ModelVersion>
    /// The models to be looked at.
    let queue: WorkQueue<ObjectKey>

    init(clock: any RuntimeClock) {
        models = Store(clock: clock)
        versions = Store(clock: clock)
        queue = WorkQueue(clock: clock)
        versions.addIndex(ModelReconciler.versionsByModel) { [ModelReconciler.model(of: $0).description] }
    }

    /// The version that a reference means now.
    func resolve(_ reference: ModelReference, namespace: String?) -> ModelResolution {
        let model = models[ObjectKey(namespace: namespace, name: reference.model)]
        return reference.resolve(model: model, among: names(namespace)) { number in
            versions[ObjectKey(namespace: namespace, name: ModelName.version(reference.model, number))]
        }
    }

    /// The version that something which follows a reference should serve now.
    func follow(_ reference: ModelReference, namespace: String?) -> ModelResolution {
        let model = models[ObjectKey(namespace: namespace, name: reference.model)]
        return reference.follow(model: model, among: names(namespace)) { number in
            versions[ObjectKey(namespace: namespace, name: ModelName.version(reference.model, number))]
        }
    }

    private func names(_ namespace: String?) -> [String] {
        models.keys.filter { $0.namespace == namespace }.map(\.name)
    }

    /// Which change brings which key: nothing but keys leaves here.
    func subscribe() {
        let queue = queue
        models.subscribe { change, source in queue.add(change.key, priority: source.priority) }
        versions.subscribe { change, source in
            queue.add(ModelReconciler.model(of: change.object), priority: source.priority)
            if case .updated(let old, _) = change {
                queue.add(ModelReconciler.model(of: old), priority: source.priority)
            }
        }
    }

    /// What brings models to where they should be.
    ///
    /// - Parameter followers: What serves a model, and how far it is.
    func reconciler(
        client: Client, recorder: EventRecorder, clock: any RuntimeClock,
        followers: @escaping @Sendable (ObjectKey) -> [ModelFollower]
    ) -> ModelReconciler {
        let writer = ModelActionWriter(client: client) { recorder.record($0, regarding: $1, related: $2) }
        return ModelReconciler(
            models: models, versions: versions, followers: followers, writer: writer, clock: clock)
    }
}

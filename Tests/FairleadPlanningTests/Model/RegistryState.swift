import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// A model and its versions as a server keeps them, for planners: performs their actions and lets time pass.
struct RegistryState: Equatable {
    var model: Model?
    var versions: [String: ModelVersion] = [:]
    var followers: [ModelFollower] = []
    /// Every event, as `reason: note`.
    var events: [String] = []
    var now = Date(timeIntervalSince1970: 1_767_225_600)
    private var writes = 0

    init(_ spec: ModelSpec? = ModelSpec(), name: String = "churn") {
        guard let spec else { return }
        model = Model(metadata: ObjectMeta(name: name, namespace: "default", uid: "model-1"), spec: spec)
        model?.metadata.generation = 1
    }

    /// Makes a version as a registration does.
    mutating func register(
        _ number: Int64, metrics: [String: Double] = [:], alias: String? = nil, isMarked: Bool = true
    ) {
        var metadata = ObjectMeta(
            name: "churn-\(number)", namespace: "default", uid: "version-\(number)-\(writes)",
            labels: isMarked ? [FairleadLabel.model: "churn"] : [:],
            annotations: alias.map { [FairleadLabel.requestedAlias: $0] } ?? [:],
            finalizers: isMarked ? [FairleadLabel.registryFinalizer] : [],
            ownerReferences: isMarked
                ? [OwnerReference(apiVersion: "fairlead.dev/v1alpha1", kind: "Model", name: "churn", uid: "model-1")]
                : [])
        metadata.generation = 1
        let spec = ModelVersionSpec(
            model: "churn", version: number, uri: "s3://models/churn/\(number)", metrics: metrics,
            lineage: ModelLineage(run: "run-\(number)"))
        versions[metadata.name] = ModelVersion(metadata: metadata, spec: spec)
        count()
    }

    /// Changes the model's spec as a user does.
    mutating func edit(_ change: (inout ModelSpec) -> Void) {
        guard var edited = model, var spec = edited.spec.value else { return }
        change(&spec)
        edited.spec = .success(spec)
        edited.metadata.generation = edited.metadata.generation.map { $0 + 1 }
        model = edited
        count()
    }

    /// Asks for a version's deletion.
    mutating func delete(_ number: Int64) {
        let name = "churn-\(number)"
        guard var version = versions[name], !version.metadata.isBeingDeleted else { return }
        version.metadata.deletionTimestamp = Time(now)
        version.metadata.generation = version.metadata.generation.map { $0 + 1 }
        versions[name] = version
        sweep(name)
    }

    /// What is to be done now.
    var plan: Plan<ModelAction> {
        ModelPlanner.plan(
            model: model, versions: versions.values.sorted { $0.metadata.uid < $1.metadata.uid }, followers: followers,
            now: now)
    }

    /// Whether nothing is left to do.
    var isAtRest: Bool { plan.actions.isEmpty }

    /// Does everything until nothing is left to do, or gives up.
    mutating func settle() {
        for _ in 0..<10 {
            for action in plan.actions { perform(action) }
            if isAtRest { return }
        }
    }

    mutating func perform(_ action: ModelAction) {
        switch action {
        case .adopt(let metadata, let patch): adopt(metadata.name, patch)
        case .patchModel(let status): model?.status = status
        case .patchVersion(let version, let status): versions[version.metadata.name]?.status = status
        case .release(let metadata):
            versions[metadata.name]?.metadata.finalizers.removeAll { $0 == FairleadLabel.registryFinalizer }
            sweep(metadata.name)
        case .note(let event, _, _), .noteVersion(let event, _): events.append("\(event.reason): \(event.note)")
        }
        count()
    }

    private mutating func adopt(_ name: String, _ patch: JSONValue) {
        guard let version = versions[name], let old = try? KubernetesJSON.value(of: version) else { return }
        versions[name] = try? KubernetesJSON.decode(ModelVersion.self, from: MergePatch.apply(patch, to: old))
    }

    private mutating func sweep(_ name: String) {
        guard let version = versions[name], version.metadata.isBeingDeleted, version.metadata.finalizers.isEmpty else {
            return
        }
        versions[name] = nil
    }

    private mutating func count() {
        writes += 1
        now += 1
    }

    /// Where each alias points, in effect.
    var aliases: [String: String] { model?.status.aliases.compactMapValues(\.version) ?? [:] }

    func phase(_ number: Int64) -> ModelVersionStatus.Phase? { versions["churn-\(number)"]?.status.phase }
}

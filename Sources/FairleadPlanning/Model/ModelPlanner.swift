public import FairleadAPI
public import Foundation
import KubernetesCore

/// Decides where a model's aliases point, how its versions stand, and which of them may go.
public enum ModelPlanner {
    /// What is to be done.
    ///
    /// Guarantees: a fixpoint, as what is done leaves nothing to do; cut off after any action, the next plan does the rest;
    /// a number that was seen once is below `status.lastNumber` before its version may go.
    ///
    /// - Parameters:
    ///   - model: The model, nil where there is none of the name.
    ///   - versions: Everything that says that it is a version of it.
    ///   - followers: What serves it.
    ///   - now: The time.
    public static func plan(
        model: Model?, versions: [ModelVersion], followers: [ModelFollower] = [], now: Date
    ) -> Plan<ModelAction> {
        guard let model, !model.metadata.isBeingDeleted else { return planWithout(model, versions, now) }
        let adoptions = versions.compactMap { adoption(of: $0, by: model) }
        // Every other write is guarded by the version that this changes.
        guard adoptions.isEmpty else { return Plan(adoptions) }
        var turn = ModelTurn(model: model, versions: versions, followers: followers, now: now)
        turn.decide()
        return Plan(turn.actions())
    }

    /// Versions without a model: those that are being deleted go, the others say what they lack.
    private static func planWithout(_ model: Model?, _ versions: [ModelVersion], _ now: Date) -> Plan<ModelAction> {
        var plan = Plan<ModelAction>()
        for version in versions.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            if version.metadata.isBeingDeleted {
                if version.isKept { plan.actions.append(.release(version.metadata)) }
                continue
            }
            // Where a model is being deleted, the garbage collector comes for them.
            guard model == nil else { continue }
            let problem = InvalidField(path: "spec.model", message: "there is no Model \"\(version.model)\" here")
            let problems = ModelVersionValidator.validate(version)
            let status = ModelVersionPlanner.invalid(version, problems.isEmpty ? [problem] : problems, now: now)
            if status != version.status { plan.actions.append(.patchVersion(version, status)) }
        }
        return plan
    }

    /// Marks a version that was made by hand, or that was left over by an earlier model of the name.
    private static func adoption(of version: ModelVersion, by model: Model) -> ModelAction? {
        let metadata = version.metadata
        guard !metadata.isBeingDeleted, ModelVersionValidator.validate(version).isEmpty else { return nil }
        let owner = owner(model.metadata)
        let others = metadata.ownerReferences.filter { $0.kind != owner.kind || $0.apiVersion != owner.apiVersion }
        let isMarked = metadata.labels[FairleadLabel.model] == model.metadata.name
        if version.isKept, isMarked, metadata.ownerReferences.contains(where: { $0.uid == owner.uid }) { return nil }
        let finalizers = version.isKept ? metadata.finalizers : metadata.finalizers + [FairleadLabel.registryFinalizer]
        var change: JSONValue = [
            "uid": .string(metadata.uid), "labels": [FairleadLabel.model: .string(model.metadata.name)],
            "finalizers": .array(finalizers.map { .string($0) }),
            "ownerReferences": .array((others + [owner]).map(\.json)),
        ]
        if let resourceVersion = metadata.resourceVersion {
            change["resourceVersion"] = .string(resourceVersion.rawValue)
        }
        return .adopt(metadata, patch: ["metadata": change])
    }

    /// How a version names its model: it goes with it, and need not be waited for.
    static func owner(_ model: ObjectMeta) -> OwnerReference {
        OwnerReference(
            apiVersion: Model.type.gvk.apiVersion, kind: Model.type.gvk.kind, name: model.name, uid: model.uid)
    }
}

extension ModelVersion {
    /// Whether it can't go before it is let go.
    var isKept: Bool { metadata.finalizers.contains(FairleadLabel.registryFinalizer) }

    /// Whether no model has taken it in: what it asks for is not heard yet.
    var isNew: Bool { status.phase == nil || status.phase == .invalid }

    /// The alias that it asks for.
    var requestedAlias: String? { metadata.annotations[FairleadLabel.requestedAlias] }
}

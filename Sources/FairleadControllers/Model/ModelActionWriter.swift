import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Performs a model's actions in order; the first that fails ends the plan, and the next one begins from what is.
struct ModelActionWriter: Sendable {
    let client: Client
    /// Tells an event; never fails.
    let record: @Sendable (PlannedEvent, ObjectReference, _ related: ObjectReference?) -> Void

    /// Performs actions.
    ///
    /// - Parameters:
    ///   - actions: What is to be done.
    ///   - key: The model's address.
    ///   - model: The model from which it was planned, nil where there was none.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`, for the reconcile to be tried again.
    func perform(_ actions: [ModelAction], key: ObjectKey, model: Model?) async throws {
        var planned = model?.metadata.resourceVersion
        for action in actions {
            switch action {
            case .adopt(let metadata, let patch): try await adopt(metadata, patch)
            case .patchModel(let status):
                guard let model else { continue }
                let answer = try await client.writeStatus(model, KubernetesJSON.value(of: status))
                planned =
                    answer?[path: ["metadata", "resourceVersion"]]?.stringValue.map { ResourceVersion($0) } ?? planned
            case .patchVersion(let version, let status):
                _ = try await Client.ifPresent {
                    try await client.writeStatus(version, KubernetesJSON.value(of: status))
                }
            case .release(let metadata): try await release(metadata, key: key, planned: planned)
            case .note(let event, let alias, let version):
                if let model { note(event, model, alias: alias, version: version) }
            case .noteVersion(let event, let metadata): record(event, ObjectReference(.modelVersion, metadata), nil)
            }
        }
    }

    /// Events about the same are counted as one: what they are about tells the moves of aliases apart.
    private func note(_ event: PlannedEvent, _ model: Model, alias: String?, version: String?) {
        var regarding = ObjectReference(to: model)
        regarding.fieldPath = alias.map { "status.aliases.\($0)" }
        let gvk = ModelVersion.type.gvk
        let related = version.map { name in
            ObjectReference(
                apiVersion: gvk.apiVersion, kind: gvk.kind, namespace: model.metadata.namespace, name: name)
        }
        record(event, regarding, related)
    }

    private func adopt(_ metadata: ObjectMeta, _ patch: JSONValue) async throws {
        let key = ObjectKey(namespace: metadata.namespace, name: metadata.name)
        _ = try await Client.ifPresent { try await client.patch(.modelVersion, key, patch) }
    }

    /// Takes our finalizer off a version, if the model still is as it was when nothing used the version.
    private func release(_ metadata: ObjectMeta, key: ObjectKey, planned: ResourceVersion?) async throws {
        // No model, no alias.
        let model = try await Client.ifPresent { try await client.get(Model.self, key) }
        if let model, !model.metadata.isBeingDeleted, model.metadata.resourceVersion != planned {
            throw APIError(Status(code: 409, reason: "Conflict", message: "Model \(key) has changed"))
        }
        try await client.releaseModelVersion(metadata)
    }
}

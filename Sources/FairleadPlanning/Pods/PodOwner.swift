import KubernetesCore

/// What all pods of one owner, such as a run or a job, have in common.
struct PodOwner: Sendable, Hashable {
    /// The object that owns the pods.
    var reference: OwnerReference
    /// Its namespace.
    var namespace: String
    /// What each pod is labelled with.
    var labels: [String: String]
    /// The values that programs are given.
    var params: [String: JSONValue]

    /// Names the owner of pods.
    ///
    /// - Parameters:
    ///   - type: The kind of the owner.
    ///   - metadata: Its metadata.
    ///   - labels: What each pod is labelled with.
    ///   - params: The values that programs are given.
    init(_ type: ResourceType, _ metadata: ObjectMeta, labels: [String: String], params: [String: JSONValue] = [:]) {
        reference = OwnerReference(controller: type, metadata: metadata)
        namespace = metadata.namespace ?? "default"
        self.labels = labels
        self.params = params
    }

    /// The ConfigMap that holds parameters and scripts.
    var specName: String { PodNaming.specName(run: reference.name) }

    /// The metadata of an object of that name which belongs to the owner.
    func metadata(_ name: String) -> JSONValue {
        [
            "name": .string(name), "namespace": .string(namespace),
            "labels": .object(labels.mapValues { .string($0) }), "ownerReferences": [reference.json],
        ]
    }
}

extension OwnerReference {
    /// The reference as JSON.
    var json: JSONValue {
        var value: JSONValue = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
        ]
        if let controller { value["controller"] = .bool(controller) }
        if let blockOwnerDeletion { value["blockOwnerDeletion"] = .bool(blockOwnerDeletion) }
        return value
    }
}

import KubernetesCore

/// An object with nothing but a value.
struct TestObject: Resource, Hashable {
    static let type = ResourceType(group: "example.dev", version: "v1", kind: "Thing", plural: "things")

    var metadata: ObjectMeta
    var value: Int

    init(
        _ name: String, value: Int = 0, version: Int = 1, uid: String? = nil, owner: String? = nil,
        namespace: String = "default"
    ) {
        metadata = ObjectMeta(
            name: name, namespace: namespace, uid: uid ?? "uid-\(name)", resourceVersion: ResourceVersion("\(version)"))
        if let owner {
            metadata.ownerReferences = [
                OwnerReference(apiVersion: "v1", kind: "Owner", name: owner, uid: owner, controller: true)
            ]
        }
        self.value = value
    }
}

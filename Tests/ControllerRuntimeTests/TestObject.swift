import KubernetesCore

/// An object with nothing but a value.
struct TestObject: Resource, Hashable {
    static let type = ResourceType(group: "example.dev", version: "v1", kind: "Thing", plural: "things")

    var metadata: ObjectMeta
    var value: Int

    init(_ name: String, value: Int = 0, version: String = "1", namespace: String = "default") {
        metadata = ObjectMeta(
            name: name, namespace: namespace, uid: "uid-\(name)", resourceVersion: ResourceVersion(version))
        self.value = value
    }
}

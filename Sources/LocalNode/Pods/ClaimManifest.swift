import KubernetesCore

/// A PersistentVolumeClaim: that it is there is all that counts.
struct ClaimManifest: Resource, Hashable {
    static let type = ResourceType.persistentVolumeClaim

    var metadata: ObjectMeta
}

import KubernetesCore

/// The lists of a pod that `overrides` merge element by element, and by which member: Kubernetes' own merge keys.
struct PodMergeSchema: MergeSchema {
    private let name: String
    private let isElement: Bool

    /// The schema of a pod.
    static let pod = PodMergeSchema(name: "", isElement: false)

    private static let mergeKeys = [
        "containers": "name", "initContainers": "name", "volumes": "name", "env": "name",
        "volumeMounts": "mountPath", "volumeDevices": "devicePath", "ports": "containerPort",
        "imagePullSecrets": "name", "hostAliases": "ip", "topologySpreadConstraints": "topologyKey",
        "ownerReferences": "uid", "resourceClaims": "name",
    ]

    func child(_ name: String) -> PodMergeSchema? { PodMergeSchema(name: name, isElement: false) }

    var listElement: PodMergeSchema? { PodMergeSchema(name: name, isElement: true) }

    var patchStrategy: [String] {
        if isElement { return [] }
        if name == "finalizers" { return ["merge"] }
        return Self.mergeKeys[name] == nil ? [] : ["merge"]
    }

    var patchMergeKey: String? { isElement ? nil : Self.mergeKeys[name] }
}

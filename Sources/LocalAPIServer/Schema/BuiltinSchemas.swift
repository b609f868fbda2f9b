public import KubernetesCore

/// The schemas of the kinds that Kubernetes itself has.
public enum BuiltinSchemas {
    /// What every object's metadata may hold.
    public static let objectMeta =
        BuiltinTypes.schema("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta") ?? .anything

    /// The schema of a kind; that of anything where the kind is none that we know.
    public static func schema(for gvk: GroupVersionKind) -> ObjectSchema {
        BuiltinTypes.schema("\(BuiltinTypes.package(group: gvk.group, version: gvk.version)).\(gvk.kind)")
            ?? .anything
    }

    /// Whether a kind is one of Kubernetes' own.
    static func isKnown(_ gvk: GroupVersionKind) -> Bool {
        BuiltinTypes.schema("\(BuiltinTypes.package(group: gvk.group, version: gvk.version)).\(gvk.kind)") != nil
    }

    /// The status that a new object of a kind has before any controller has seen it.
    static func emptyStatus(of gvk: GroupVersionKind) -> JSONValue {
        var status: JSONValue = .object([:])
        schema(for: gvk).properties["status"]?.applyDefaults(&status)
        let zeros: [String: [String]] = [
            "ReplicaSet": ["replicas"], "StatefulSet": ["replicas", "availableReplicas"],
            "DaemonSet": ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"],
            "PodDisruptionBudget": ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
        ]
        for name in zeros[gvk.kind] ?? [] { status[name] = 0 }
        return status
    }
}

/// The built-in kinds that Fairlead touches.
extension ResourceType {
    public static let pod = ResourceType(version: "v1", kind: "Pod", plural: "pods")
    public static let configMap = ResourceType(version: "v1", kind: "ConfigMap", plural: "configmaps")
    public static let secret = ResourceType(version: "v1", kind: "Secret", plural: "secrets")
    public static let service = ResourceType(version: "v1", kind: "Service", plural: "services")
    public static let serviceAccount = ResourceType(version: "v1", kind: "ServiceAccount", plural: "serviceaccounts")
    public static let persistentVolumeClaim = ResourceType(
        version: "v1", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims")
    public static let namespace = ResourceType(
        version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)
    public static let node = ResourceType(version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)
    public static let event = ResourceType(group: "events.k8s.io", version: "v1", kind: "Event", plural: "events")
    public static let deployment = ResourceType(
        group: "apps", version: "v1", kind: "Deployment", plural: "deployments")
    public static let podDisruptionBudget = ResourceType(
        group: "policy", version: "v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets")
    public static let lease = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")
    public static let customResourceDefinition = ResourceType(
        group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions", isNamespaced: false)
}

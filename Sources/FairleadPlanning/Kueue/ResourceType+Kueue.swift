public import KubernetesCore

/// The collections that a job under Kueue's control needs, the best version first.
extension ResourceType {
    /// Kueue's Workload in a version of its API.
    public static func kueueWorkload(_ version: String) -> ResourceType { kueue("Workload", "workloads", version) }

    /// The classes that give pods their rank.
    public static let priorityClass = ResourceType(
        group: "scheduling.k8s.io", version: "v1", kind: "PriorityClass", plural: "priorityclasses",
        isNamespaced: false)

    static let kueueWorkloads = versions.map(kueueWorkload)
    static let kueueFlavors = versions.map { kueue("ResourceFlavor", "resourceflavors", $0, isNamespaced: false) }
    static let kueuePriorityClasses = versions.map {
        kueue("WorkloadPriorityClass", "workloadpriorityclasses", $0, isNamespaced: false)
    }

    private static let versions = ["v1beta2", "v1beta1"]

    private static func kueue(
        _ kind: String, _ plural: String, _ version: String, isNamespaced: Bool = true
    ) -> ResourceType {
        ResourceType(
            group: "kueue.x-k8s.io", version: version, kind: kind, plural: plural, isNamespaced: isNamespaced)
    }
}

import FairleadAPI
import KubernetesCore

/// What places the pods of a gang together or not at all.
enum GangBackend: CaseIterable {
    /// Kubernetes' own scheduler (KEP-4671), which calls the gang a PodGroup since 1.36 and part of a Workload before.
    case native
    case volcano
    /// The plug-in of Kubernetes' scheduler-plugins.
    case coscheduling

    /// Its name in `spec.gang` and `status.gang`.
    var mode: GangMode {
        switch self {
        case .native: .podGroup
        case .volcano: .volcano
        case .coscheduling: .coscheduling
        }
    }

    /// The collections in which it finds its gangs, the best version first.
    var types: [ResourceType] {
        switch self {
        case .native: Self.nativePodGroups + [Self.nativeWorkload]
        case .volcano: [Self.podGroup("scheduling.volcano.sh", "v1beta1")]
        case .coscheduling: [Self.podGroup("scheduling.x-k8s.io", "v1alpha1")]
        }
    }

    /// Kubernetes 1.37, the same as its alpha, and 1.36.
    private static let nativePodGroups = ["v1beta1", "v1alpha3", "v1alpha2"].map { podGroup("scheduling.k8s.io", $0) }

    /// Kubernetes 1.35.
    static let nativeWorkload = ResourceType(
        group: "scheduling.k8s.io", version: "v1alpha1", kind: "Workload", plural: "workloads")

    private static func podGroup(_ group: String, _ version: String) -> ResourceType {
        ResourceType(group: group, version: version, kind: "PodGroup", plural: "podgroups")
    }
}

public import KubernetesCore

/// The platform's defaults and bounds for pods.
public typealias ClusterProfile = CustomResource<ClusterProfileKind>

/// What makes a ``ClusterProfile``.
public enum ClusterProfileKind: StandingKind {
    public typealias Spec = ClusterProfileSpec
    public static let type = ResourceType.clusterProfile

    public static func problems(_ spec: Decoded<ClusterProfileSpec>) -> [InvalidField] {
        ClusterProfileValidator.validate(spec)
    }
}

public import KubernetesCore

/// How models of some formats are served in every namespace.
public typealias ClusterServingRuntime = CustomResource<ClusterServingRuntimeKind>

/// What makes a ``ClusterServingRuntime``.
public enum ClusterServingRuntimeKind: StandingKind {
    public typealias Spec = ServingRuntimeSpec
    public static let type = ResourceType.clusterServingRuntime

    public static func problems(_ spec: Decoded<ServingRuntimeSpec>) -> [InvalidField] {
        ServingRuntimeValidator.validate(spec)
    }
}

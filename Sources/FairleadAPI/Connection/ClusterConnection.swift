public import KubernetesCore

/// How URIs are reached by the pods of every namespace.
public typealias ClusterConnection = CustomResource<ClusterConnectionKind>

/// What makes a ``ClusterConnection``.
public enum ClusterConnectionKind: StandingKind {
    public typealias Spec = ConnectionSpec
    public static let type = ResourceType.clusterConnection

    public static func problems(_ spec: Decoded<ConnectionSpec>) -> [InvalidField] {
        ConnectionValidator.validate(spec)
    }
}

public import KubernetesCore

/// How URIs are reached by the pods of a namespace.
public typealias Connection = CustomResource<ConnectionKind>

/// What makes a ``Connection``.
public enum ConnectionKind: StandingKind {
    public typealias Spec = ConnectionSpec
    public static let type = ResourceType.connection

    public static func problems(_ spec: Decoded<ConnectionSpec>) -> [InvalidField] {
        ConnectionValidator.validate(spec)
    }
}

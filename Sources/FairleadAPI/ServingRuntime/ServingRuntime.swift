public import KubernetesCore

/// How models of some formats are served in a namespace.
public typealias ServingRuntime = CustomResource<ServingRuntimeKind>

/// What makes a ``ServingRuntime``.
public enum ServingRuntimeKind: StandingKind {
    public typealias Spec = ServingRuntimeSpec
    public static let type = ResourceType.servingRuntime

    public static func problems(_ spec: Decoded<ServingRuntimeSpec>) -> [InvalidField] {
        ServingRuntimeValidator.validate(spec)
    }
}

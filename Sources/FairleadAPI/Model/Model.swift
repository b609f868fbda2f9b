public import KubernetesCore

/// A registered model: its versions have numbers, its aliases have names.
public typealias Model = CustomResource<ModelKind>

/// What makes a ``Model``.
public enum ModelKind: CustomKind {
    public typealias Spec = ModelSpec
    public typealias Status = ModelStatus
    public static let type = ResourceType.model
}

public import KubernetesCore

/// One version of a model: files in a store and what they were made from; it never changes.
public typealias ModelVersion = CustomResource<ModelVersionKind>

/// What makes a ``ModelVersion``.
public enum ModelVersionKind: CustomKind {
    public typealias Spec = ModelVersionSpec
    public typealias Status = ModelVersionStatus
    public static let type = ResourceType.modelVersion
}

extension ModelVersion {
    /// The name of the Model to which it belongs, as well as it can be told.
    public var model: String {
        spec.value?.model ?? metadata.labels[FairleadLabel.model]
            ?? ModelName.parts(of: metadata.name)?.model ?? metadata.name
    }
}

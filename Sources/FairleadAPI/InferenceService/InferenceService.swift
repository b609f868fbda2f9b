public import KubernetesCore

/// A model behind a URL.
public typealias InferenceService = CustomResource<InferenceServiceKind>

/// What makes a ``InferenceService``.
public enum InferenceServiceKind: CustomKind {
    public typealias Spec = InferenceServiceSpec
    public typealias Status = InferenceServiceStatus
    public static let type = ResourceType.inferenceService
}

public import KubernetesCore

/// A PodDisruptionBudget as planning needs it: that it is there.
public struct DisruptionBudgetView: Resource, Hashable {
    public static let type = ResourceType.podDisruptionBudget
    public static let isMetadataOnly = true

    /// The budget's metadata.
    public var metadata: ObjectMeta

    /// Makes a view.
    public init(metadata: ObjectMeta) { self.metadata = metadata }
}

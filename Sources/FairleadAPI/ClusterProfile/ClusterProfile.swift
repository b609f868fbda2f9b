public import KubernetesCore

/// The platform's defaults and bounds for pods.
public struct ClusterProfile: StandingResource, Hashable {
    public static let type = ResourceType.clusterProfile

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What the user wrote, or why it cannot be read.
    public var spec: Decoded<ClusterProfileSpec>
    /// How it stands.
    public var status: StandingStatus

    /// Makes one.
    public init(metadata: ObjectMeta, spec: Decoded<ClusterProfileSpec>, status: StandingStatus = StandingStatus()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public var problems: [InvalidField] { ClusterProfileValidator.validate(spec) }
}

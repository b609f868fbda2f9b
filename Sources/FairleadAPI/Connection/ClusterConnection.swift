public import KubernetesCore

/// How URIs are reached by the pods of every namespace.
public struct ClusterConnection: StandingResource, Hashable {
    public static let type = ResourceType.clusterConnection

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What the user wrote, or why it cannot be read.
    public var spec: Decoded<ConnectionSpec>
    /// How it stands.
    public var status: StandingStatus

    /// Makes one.
    public init(metadata: ObjectMeta, spec: Decoded<ConnectionSpec>, status: StandingStatus = StandingStatus()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public var problems: [InvalidField] { ConnectionValidator.validate(spec) }
}

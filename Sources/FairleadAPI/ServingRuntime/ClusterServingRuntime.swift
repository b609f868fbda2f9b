public import KubernetesCore

/// How models of some formats are served in every namespace.
public struct ClusterServingRuntime: StandingResource, Hashable {
    public static let type = ResourceType.clusterServingRuntime

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What the user wrote, or why it cannot be read.
    public var spec: Decoded<ServingRuntimeSpec>
    /// How it stands.
    public var status: StandingStatus

    /// Makes one.
    public init(metadata: ObjectMeta, spec: Decoded<ServingRuntimeSpec>, status: StandingStatus = StandingStatus()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public var problems: [InvalidField] { ServingRuntimeValidator.validate(spec) }
}

extension ResourceType {
    public static let clusterServingRuntime = ResourceType(
        group: FairleadGroup.name, version: FairleadGroup.version, kind: "ClusterServingRuntime",
        plural: "clusterservingruntimes", isNamespaced: false)
}

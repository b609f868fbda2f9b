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
    public init(metadata: ObjectMeta, spec: ClusterProfileSpec, status: StandingStatus = StandingStatus()) {
        self.metadata = metadata
        self.spec = .success(spec)
        self.status = status
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try .init(in: container, forKey: .spec)
        status = (try? container.decodeIfPresent(StandingStatus.self, forKey: .status)) ?? StandingStatus()
    }

    public var problems: [InvalidField] { ClusterProfileValidator.validate(spec) }
}

public import KubernetesCore

/// A directed acyclic graph of tasks that PipelineRuns run.
public struct Pipeline: Resource, Hashable, Encodable {
    public static let type = ResourceType.pipeline

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What the user wrote, or why it cannot be read.
    public var spec: Decoded<PipelineSpec>
    /// How it stands.
    public var status: PipelineStatus

    /// Makes a pipeline.
    public init(metadata: ObjectMeta, spec: PipelineSpec, status: PipelineStatus = PipelineStatus()) {
        self.metadata = metadata
        self.spec = .success(spec)
        self.status = status
    }

    private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try .init(in: container, forKey: .spec)
        // What nobody but the controller writes and the controller derives again may be lost.
        status = (try? container.decodeIfPresent(PipelineStatus.self, forKey: .status)) ?? PipelineStatus()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.type.gvk.apiVersion, forKey: .apiVersion)
        try container.encode(Self.type.gvk.kind, forKey: .kind)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(spec, forKey: .spec)
        if status != PipelineStatus() { try container.encode(status, forKey: .status) }
    }
}

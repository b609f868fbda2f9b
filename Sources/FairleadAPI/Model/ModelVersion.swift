public import KubernetesCore

/// One version of a model: files in a store and what they were made from; it never changes.
public struct ModelVersion: Resource, Hashable, Encodable {
    public static let type = ResourceType.modelVersion

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What it is, or why it cannot be read.
    public var spec: Decoded<ModelVersionSpec>
    /// How it stands.
    public var status: ModelVersionStatus

    /// Makes a version.
    public init(
        metadata: ObjectMeta, spec: ModelVersionSpec, status: ModelVersionStatus = ModelVersionStatus()
    ) {
        self.metadata = metadata
        self.spec = .success(spec)
        self.status = status
    }

    /// The name of the Model to which it belongs, as well as it can be told.
    public var model: String {
        spec.value?.model ?? metadata.labels[FairleadLabel.model]
            ?? ModelName.parts(of: metadata.name)?.model ?? metadata.name
    }

    private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try .init(in: container, forKey: .spec)
        // What nobody but the controller writes and the controller derives again may be lost.
        status = (try? container.decodeIfPresent(ModelVersionStatus.self, forKey: .status)) ?? ModelVersionStatus()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.type.gvk.apiVersion, forKey: .apiVersion)
        try container.encode(Self.type.gvk.kind, forKey: .kind)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(spec, forKey: .spec)
        if status != ModelVersionStatus() { try container.encode(status, forKey: .status) }
    }
}

public import KubernetesCore

/// A model behind a URL.
public struct InferenceService: Resource, Hashable, Encodable {
    public static let type = ResourceType.inferenceService

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What the user wrote, or why it cannot be read.
    public var spec: Decoded<InferenceServiceSpec>
    /// How it stands; empty where it cannot be read.
    public var status: InferenceServiceStatus
    /// Why the status cannot be read, nil where it can: such a service must be left alone, since what serves is not
    /// known.
    public var statusProblem: InvalidSpec?

    /// Makes a service.
    public init(
        metadata: ObjectMeta, spec: InferenceServiceSpec, status: InferenceServiceStatus = InferenceServiceStatus()
    ) {
        self.metadata = metadata
        self.spec = .success(spec)
        self.status = status
    }

    private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try .init(in: container, forKey: .spec)
        (status, statusProblem) = try container.decodeStatus(forKey: .status, empty: InferenceServiceStatus())
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.type.gvk.apiVersion, forKey: .apiVersion)
        try container.encode(Self.type.gvk.kind, forKey: .kind)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(spec, forKey: .spec)
        if status != InferenceServiceStatus() { try container.encode(status, forKey: .status) }
    }
}

extension ResourceType {
    public static let inferenceService = ResourceType(
        group: FairleadGroup.name, version: FairleadGroup.version, kind: "InferenceService",
        plural: "inferenceservices")
}

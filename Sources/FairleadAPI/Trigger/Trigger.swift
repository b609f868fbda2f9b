public import KubernetesCore

/// Starts runs by itself: at times, or when something happens.
public struct Trigger: Resource, Hashable, Encodable {
    public static let type = ResourceType.trigger

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What the user wrote, or why it cannot be read.
    public var spec: Decoded<TriggerSpec>
    /// How it stands; empty where it cannot be read.
    public var status: TriggerStatus
    /// Why the status cannot be read, nil where it can: such a trigger must be left alone, since what it has started is
    /// not known.
    public var statusProblem: InvalidSpec?

    /// Makes a trigger.
    public init(metadata: ObjectMeta, spec: TriggerSpec, status: TriggerStatus = TriggerStatus()) {
        self.metadata = metadata
        self.spec = .success(spec)
        self.status = status
    }

    private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try .init(in: container, forKey: .spec)
        (status, statusProblem) = try container.decodeStatus(forKey: .status, empty: TriggerStatus())
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.type.gvk.apiVersion, forKey: .apiVersion)
        try container.encode(Self.type.gvk.kind, forKey: .kind)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(spec, forKey: .spec)
        if status != TriggerStatus() { try container.encode(status, forKey: .status) }
    }
}

extension ResourceType {
    public static let trigger = ResourceType(
        group: FairleadGroup.name, version: FairleadGroup.version, kind: "Trigger", plural: "triggers")
}

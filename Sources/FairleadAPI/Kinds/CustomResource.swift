public import KubernetesCore

/// One of our kinds: its names in the API, what users write, and how it stands.
public protocol CustomKind: Sendable {
    /// What the user writes.
    associatedtype Spec: Codable & Sendable & Hashable
    /// How an object of the kind stands.
    associatedtype Status: CustomStatus
    /// The kind and its collection.
    static var type: ResourceType { get }
}

/// The status of one of our kinds.
public protocol CustomStatus: Codable, Sendable, Hashable {
    /// A status that says nothing yet.
    init()
}

/// An object of one of our kinds.
public struct CustomResource<Kind: CustomKind>: Resource, Hashable, Encodable {
    public static var type: ResourceType { Kind.type }

    /// The object's metadata.
    public var metadata: ObjectMeta
    /// What the user wrote, or why it cannot be read.
    public var spec: Decoded<Kind.Spec>
    /// How it stands; empty where it cannot be read.
    public var status: Kind.Status
    /// Why the status cannot be read, nil where it can: an object whose status tells what was done for it must be left
    /// alone then.
    public var statusProblem: InvalidSpec?

    /// Makes an object.
    public init(metadata: ObjectMeta, spec: Kind.Spec, status: Kind.Status = Kind.Status()) {
        self.metadata = metadata
        self.spec = .success(spec)
        self.status = status
    }

    private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try Decoded(in: container, forKey: .spec)
        status = Kind.Status()
        guard container.contains(.status) else { return }
        switch try Decoded<Kind.Status>(in: container, forKey: .status) {
        case .success(let status): self.status = status
        case .failure(let problem): statusProblem = problem
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.type.gvk.apiVersion, forKey: .apiVersion)
        try container.encode(Self.type.gvk.kind, forKey: .kind)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(spec, forKey: .spec)
        if status != Kind.Status() { try container.encode(status, forKey: .status) }
    }
}

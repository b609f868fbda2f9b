public import KubernetesCore

/// The spec of a coordination.k8s.io Lease.
public struct LeaseSpec: Sendable, Hashable, Codable {
    /// Who holds the lease; nil or empty where nobody does.
    public var holderIdentity: String?
    /// For how long others leave it alone after they saw it change.
    public var leaseDurationSeconds: Int?
    /// When the holder got it.
    public var acquireTime: MicroTime?
    /// When the holder last renewed it; never to be compared with another host's clock.
    public var renewTime: MicroTime?
    /// How often it went from one holder to another.
    public var leaseTransitions: Int?

    /// Makes a spec.
    public init(
        holderIdentity: String? = nil, leaseDurationSeconds: Int? = nil, acquireTime: MicroTime? = nil,
        renewTime: MicroTime? = nil, leaseTransitions: Int? = nil
    ) {
        self.holderIdentity = holderIdentity
        self.leaseDurationSeconds = leaseDurationSeconds
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.leaseTransitions = leaseTransitions
    }
}

/// A Lease.
public struct LeaseView: Resource, Hashable {
    public static let type = ResourceType.lease

    /// The lease's metadata.
    public var metadata: ObjectMeta
    /// Who holds it.
    public var spec: LeaseSpec

    /// Makes a lease.
    public init(metadata: ObjectMeta, spec: LeaseSpec) {
        self.metadata = metadata
        self.spec = spec
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(LeaseSpec.self, forKey: .spec) ?? LeaseSpec()
    }
}

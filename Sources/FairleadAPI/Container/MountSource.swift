/// What is mounted at a path: a claim, or all keys of a ConfigMap or a Secret.
public struct MountSource: Sendable, Hashable, Codable {
    /// The PersistentVolumeClaim's name.
    public var claim: String?
    /// The ConfigMap's name.
    public var config: String?
    /// The Secret's name.
    public var secret: String?
    /// A folder in the volume that is mounted in place of its root.
    public var subPath: String?
    /// Whether nothing may be written.
    public var readOnly: Bool?

    /// Names what is mounted.
    public init(
        claim: String? = nil, config: String? = nil, secret: String? = nil, subPath: String? = nil,
        readOnly: Bool? = nil
    ) {
        self.claim = claim
        self.config = config
        self.secret = secret
        self.subPath = subPath
        self.readOnly = readOnly
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case claim, config, secret, subPath, readOnly }
}

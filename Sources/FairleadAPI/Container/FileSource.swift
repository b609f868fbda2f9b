/// Where a file's content comes from: a key of a ConfigMap or of a Secret.
public struct FileSource: Sendable, Hashable, Codable {
    /// The ConfigMap's name.
    public var config: String?
    /// The Secret's name.
    public var secret: String?
    /// The key.
    public var key: String

    /// Names a source.
    public init(config: String? = nil, secret: String? = nil, key: String) {
        self.config = config
        self.secret = secret
        self.key = key
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case config, secret, key }
}

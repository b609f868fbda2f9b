/// A key of a Secret.
public struct SecretKey: Sendable, Hashable, Codable {
    /// The Secret's name.
    public var secret: String
    /// The key.
    public var key: String

    /// Names a key.
    public init(secret: String, key: String) {
        self.secret = secret
        self.key = key
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case secret, key }
}

/// Files in the artifact store.
public struct ArtifactReference: Sendable, Hashable, Codable {
    /// Where they are.
    public var uri: String
    /// The SHA-256 of the content, as `sha256:…`.
    public var digest: String?
    /// The size in bytes.
    public var size: Int64?

    /// Names files.
    public init(uri: String, digest: String? = nil, size: Int64? = nil) {
        self.uri = uri
        self.digest = digest
        self.size = size
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case uri, digest, size }
}

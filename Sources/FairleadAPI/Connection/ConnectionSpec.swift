/// How what lies under some URIs is reached.
public struct ConnectionSpec: Sendable, Hashable, Codable {
    /// The URIs' beginnings, such as `s3://raw/`; the longest of all Connections wins.
    public var uris: [String]
    /// What is there.
    public var type: ConnectionType
    /// The server's address, where the type does not tell it.
    public var endpoint: String?
    /// A Secret in the pod's namespace; its keys are variables of rclone's type, in any case.
    public var secret: String?
    /// Further variables of rclone's type, such as `provider` or `region`.
    public var variables: [String: String]
    /// The folder under one of `uris` in which runs keep their artifacts.
    public var artifacts: String?

    /// Describes a connection.
    public init(
        uris: [String], type: ConnectionType, endpoint: String? = nil, secret: String? = nil,
        variables: [String: String] = [:], artifacts: String? = nil
    ) {
        self.uris = uris
        self.type = type
        self.endpoint = endpoint
        self.secret = secret
        self.variables = variables
        self.artifacts = artifacts
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case uris, type, endpoint, secret, variables, artifacts }
}

extension ConnectionSpec {
    /// The longest of ``uris`` under which a URI lies, nil where there is none.
    ///
    /// A beginning ends where a folder ends: `s3://raw` leads to `s3://raw/x` and not to `s3://rawest`.
    public func prefix(of uri: String) -> String? {
        uris.filter { Self.covers($0, uri) }.max { $0.utf8.count < $1.utf8.count }
    }

    private static func covers(_ prefix: String, _ uri: String) -> Bool {
        if prefix.hasSuffix("/") { return uri.hasPrefix(prefix) || "\(uri)/" == prefix }
        return uri == prefix || uri.hasPrefix("\(prefix)/")
    }
}

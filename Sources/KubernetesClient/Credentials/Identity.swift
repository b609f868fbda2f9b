/// As whom a request is sent, and whom it trusts.
struct Identity: Sendable, Hashable {
    /// The `Authorization` header, nil for none.
    var authorization: String?
    /// What the connection is made with.
    var certificates: Certificates
    /// Of which makings it consists; that says nothing of who it is.
    var origin: Origin

    struct Origin: Sendable, Hashable {
        /// The number of the credential's making.
        var grant: UInt64
        /// The number of the certificates' making.
        var certificates: UInt64
        /// Whether the client certificate is the credential's.
        var isCertificateGranted: Bool
    }

    /// Whether another identity is the same for the server.
    func isSame(as other: Identity) -> Bool {
        authorization == other.authorization && certificates == other.certificates
    }
}

/// What a connection is made with.
struct Certificates: Sendable, Hashable {
    /// PEM of what is trusted; nil for what the system trusts.
    var authority: [UInt8]?
    /// What is presented.
    var client: ClusterConfiguration.ClientCertificate?
}

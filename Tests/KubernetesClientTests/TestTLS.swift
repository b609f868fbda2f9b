import NIOSSL

/// TLS of the fixtures' authority.
enum TestTLS {
    /// A server for `127.0.0.1` and `kubernetes.test`.
    static func server(asksForCertificate: Bool = false) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("server.pem"))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: try Fixture.bytes("server.key.pem"), format: .pem)))
        if asksForCertificate {
            tls.trustRoots = .file(Fixture.path("authority.pem"))
            tls.certificateVerification = .noHostnameVerification
        }
        return tls
    }
}

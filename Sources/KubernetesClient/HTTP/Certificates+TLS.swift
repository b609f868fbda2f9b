import NIOSSL

extension Certificates {
    /// How the server is verified and what is presented to it.
    ///
    /// - Parameter skipsVerification: Whether the server's certificate is not looked at.
    func tlsConfiguration(skipsVerification: Bool) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = skipsVerification ? .none : .fullVerification
        if let authority {
            try PEM.checkCertificates(authority, field: "certificate-authority")
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        }
        if let client {
            try PEM.checkCertificates(client.chain, field: "client-certificate")
            try PEM.checkPrivateKey(client.privateKey, field: "client-key")
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(client.chain).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: client.privateKey, format: .pem))
        }
        return tls
    }
}

import NIOSSL

extension ClusterConfiguration {
    /// How the server is verified and what is presented to it.
    func tlsConfiguration() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = skipsTLSVerification ? .none : .fullVerification
        if let certificateAuthority {
            try PEM.checkCertificates(certificateAuthority, field: "certificate-authority")
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificateAuthority))
        }
        if let clientCertificate {
            try PEM.checkCertificates(clientCertificate.chain, field: "client-certificate")
            try PEM.checkPrivateKey(clientCertificate.privateKey, field: "client-key")
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(clientCertificate.chain).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: clientCertificate.privateKey, format: .pem))
        }
        return tls
    }
}

import NIOSSL

/// Checks PEM where it is read, so that an error can name the file and the field and not a handshake.
enum PEM {
    static func checkCertificates(
        _ bytes: [UInt8], file: String? = nil, context: String? = nil, field: String? = nil
    ) throws {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw ConfigurationError(
                .malformed, "there is no certificate in PEM", file: file, context: context, field: field)
        }
    }

    static func checkPrivateKey(
        _ bytes: [UInt8], file: String? = nil, context: String? = nil, field: String? = nil
    ) throws {
        guard (try? NIOSSLPrivateKey(bytes: bytes, format: .pem)) != nil else {
            throw ConfigurationError(
                .malformed, "there is no private key in PEM without a passphrase", file: file, context: context,
                field: field)
        }
    }

    /// Checks that a key is that of its certificate.
    static func checkPair(_ pair: ClusterConfiguration.ClientCertificate) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(pair.chain).map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: pair.privateKey, format: .pem))
        _ = try NIOSSLContext(configuration: tls)
    }
}

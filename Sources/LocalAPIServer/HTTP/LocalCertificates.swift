import Crypto
public import Foundation
import SwiftASN1
import X509

/// The authority of a local cluster, its server's certificate, and its owner's token: kept in a folder, made once.
public struct LocalCertificates: Sendable, Hashable {
    /// The authority's certificate in PEM.
    public var authority: String
    /// The server's certificate in PEM.
    public var certificate: String
    /// The server's key in PEM.
    public var key: String
    /// The bearer token of the cluster's owner.
    public var token: String

    /// Reads the files of a folder, or makes them; certificates that end within a month are made anew.
    ///
    /// - Parameters:
    ///   - directory: The folder; it is made where it is missing.
    ///   - now: The time.
    /// - Throws: Where the folder cannot be written, or the certificates cannot be made.
    public init(directory: String, now: Date = Date()) throws {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        func read(_ name: String) -> String? { try? String(contentsOf: folder.appending(path: name), encoding: .utf8) }
        if let authority = read("ca.crt"), let certificate = read("server.crt"), let key = read("server.key"),
            let token = read("token"), let parsed = try? Certificate(pemEncoded: certificate),
            parsed.notValidAfter > now.addingTimeInterval(30 * 86_400)
        {
            self.init(authority: authority, certificate: certificate, key: key, token: token.trimmed)
            return
        }
        let token = read("token")?.trimmed
        try self.init(now: now, token: token)
        for (name, text) in [
            ("ca.crt", authority), ("server.crt", certificate), ("server.key", key), ("token", self.token),
        ] {
            try Self.write(text, to: folder.appending(path: name))
        }
    }

    private init(authority: String, certificate: String, key: String, token: String) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.token = token
    }

    /// Makes certificates and a token that are kept nowhere.
    ///
    /// - Throws: Where the certificates cannot be made.
    public init(now: Date = Date(), token: String? = nil) throws {
        let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let serverKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let authorityName = try DistinguishedName { CommonName("fairlead-local-ca") }
        let start = now.addingTimeInterval(-3600)
        let authority = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: authorityKey.publicKey,
            notValidBefore: start, notValidAfter: now.addingTimeInterval(10 * 365 * 86_400), issuer: authorityName,
            subject: authorityName,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
            },
            issuerPrivateKey: authorityKey)
        let names: [GeneralName] = [
            .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])), .dnsName("localhost"),
            .dnsName("kubernetes"), .dnsName("kubernetes.default"), .dnsName("kubernetes.default.svc"),
            .dnsName("kubernetes.default.svc.cluster.local"),
        ]
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: serverKey.publicKey,
            notValidBefore: start, notValidAfter: now.addingTimeInterval(365 * 86_400), issuer: authorityName,
            subject: try DistinguishedName { CommonName("kube-apiserver") },
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
            },
            issuerPrivateKey: authorityKey)
        self.authority = try authority.serializeAsPEM().pemString + "\n"
        self.certificate = try certificate.serializeAsPEM().pemString + "\n"
        key = try serverKey.serializeAsPEM().pemString + "\n"
        if let token, !token.isEmpty {
            self.token = token
        } else {
            let secret = SymmetricKey(size: .bits256)
            self.token = secret.withUnsafeBytes { bytes in
                Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                    .replacing("=", with: "")
            }
        }
    }

    /// Writes a file that only its owner may read, whole or not at all.
    private static func write(_ text: String, to file: URL) throws {
        let temporary = file.appendingPathExtension("new")
        try? FileManager.default.removeItem(at: temporary)
        guard
            FileManager.default.createFile(
                atPath: temporary.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: temporary, to: file)
    }
}

import Crypto
import Foundation
import KubernetesCore
import SwiftASN1
import X509

/// The authority and the certificate of the server to which jobs push their metrics: what all replicas share.
///
/// The authority's certificate is renewed on the same key and under the same name, so that who has the old one goes on
/// trusting.
struct ProgressCertificates: Sendable, Hashable {
    /// The authority's certificate in PEM.
    var authority: String
    /// The authority's key in PEM.
    var authorityKey: String
    /// The server's certificate in PEM.
    var certificate: String
    /// The server's key in PEM.
    var key: String

    private static let day = 86_400.0
    private static let authorityLife = 10 * 365 * day
    private static let serverLife = 90 * day
    private static let authorityName = "fairlead-progress-ca"

    private init(authority: Certificate, authorityKey: Certificate.PrivateKey, names: [String], now: Date) throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let identifier = SubjectKeyIdentifier(hash: authorityKey.publicKey).keyIdentifier
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-3600), notValidAfter: now.addingTimeInterval(Self.serverLife),
            issuer: authority.subject, subject: try DistinguishedName { CommonName("fairlead-progress") },
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.map(Self.generalName))
                AuthorityKeyIdentifier(keyIdentifier: identifier)
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: authorityKey)
        self.authority = try authority.serializeAsPEM().pemString + "\n"
        self.authorityKey = try authorityKey.serializeAsPEM().pemString + "\n"
        self.certificate = try certificate.serializeAsPEM().pemString + "\n"
        self.key = try key.serializeAsPEM().pemString + "\n"
    }

    /// Reads what a Secret holds; nil where it is not all there.
    init?(secret: JSONValue) {
        func text(_ name: String) -> String? {
            guard let value = secret["data"]?[name]?.stringValue, let data = Data(base64Encoded: value), !data.isEmpty
            else { return nil }
            return String(decoding: data, as: UTF8.self)
        }
        guard let authority = text("ca.crt"), let authorityKey = text("ca.key"), let certificate = text("tls.crt"),
            let key = text("tls.key")
        else { return nil }
        self.authority = authority
        self.authorityKey = authorityKey
        self.certificate = certificate
        self.key = key
    }

    /// What a Secret holds of it.
    var data: JSONValue {
        func encoded(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }
        return [
            "ca.crt": encoded(authority), "ca.key": encoded(authorityKey), "tls.crt": encoded(certificate),
            "tls.key": encoded(key),
        ]
    }

    /// Certificates in place of older ones; nil where those are good for another month and for these names.
    ///
    /// - Parameters:
    ///   - old: Those that there are.
    ///   - names: Under which names and addresses the server is reached.
    ///   - now: The time.
    static func renewed(_ old: ProgressCertificates?, names: [String], now: Date) throws -> ProgressCertificates? {
        let oldAuthority = old.flatMap { try? Certificate(pemEncoded: $0.authority) }
        let oldKey = old.flatMap { try? Certificate.PrivateKey(pemEncoded: $0.authorityKey) }
        if let oldAuthority, let oldKey, oldAuthority.publicKey == oldKey.publicKey,
            oldAuthority.notValidAfter > now.addingTimeInterval(365 * day)
        {
            if let old, isGood(old, names: names, now: now) { return nil }
            return try ProgressCertificates(authority: oldAuthority, authorityKey: oldKey, names: names, now: now)
        }
        let key = oldKey ?? Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName { CommonName(authorityName) }
        let authority = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-3600), notValidAfter: now.addingTimeInterval(authorityLife),
            issuer: subject, subject: subject,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key)
        return try ProgressCertificates(authority: authority, authorityKey: key, names: names, now: now)
    }

    private static func isGood(_ old: ProgressCertificates, names: [String], now: Date) -> Bool {
        guard let certificate = try? Certificate(pemEncoded: old.certificate),
            (try? Certificate.PrivateKey(pemEncoded: old.key))?.publicKey == certificate.publicKey,
            certificate.notValidAfter > now.addingTimeInterval(30 * day),
            let known = try? certificate.extensions.subjectAlternativeNames
        else { return false }
        return Set(names.map(generalName)).isSubset(of: Set(known))
    }

    private static func generalName(_ name: String) -> GeneralName {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        if parts.count == 4, !parts.contains(nil) {
            return .ipAddress(ASN1OctetString(contentBytes: ArraySlice(parts.compactMap(\.self))))
        }
        return .dnsName(name)
    }
}

import NIOCore
import NIOSSL

/// Requires that a server's certificate bears the name by which the server was asked for.
///
/// NIOSSL is content where a certificate bears the address of whoever answered. That would let the holder of any
/// certificate of the cluster's authority, such as a node's, stand in for the API server at its own address; other
/// Kubernetes clients do not allow it, and so neither does this one.
enum CertificateName {
    /// Fails and closes the connection where the certificate does not bear `host`.
    static func check(_ host: String, on channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate(),
                certificate._subjectAlternativeNames().contains(where: { name in
                    name.nameType == .dnsName && matches(String(decoding: name.contents, as: UTF8.self), host: host)
                })
            else {
                // Behind the failure, which the pool must hear of first.
                channel.eventLoop.execute { channel.close(promise: nil) }
                throw NIOSSLExtraError.failedToValidateHostname
            }
        }
    }

    /// Whether a name of a certificate stands for a host; `*` stands for one whole label, the first (RFC 9525).
    static func matches(_ name: String, host: String) -> Bool {
        func labels(_ text: String) -> [Substring] {
            let text = text.lowercased()
            return (text.hasSuffix(".") ? text.dropLast() : text[...])
                .split(separator: ".", omittingEmptySubsequences: false)
        }
        let names = labels(name)
        let hosts = labels(host)
        guard names.count == hosts.count, !hosts.contains(""), let first = names.first else { return false }
        guard first == "*" else { return names == hosts }
        return names.count > 2 && names.dropFirst() == hosts.dropFirst()
    }
}

import Foundation
import KubernetesCore
import NIOPosix

/// Gives each request its identity: files are read again as they age, programs are run again when what they gave
/// has expired, and both at once when the server refused it.
final class Credentials: Sendable {
    /// What a credential came to.
    private struct Grant: Sendable {
        var authorization: String?
        var certificate: ClusterConfiguration.ClientCertificate?
    }

    private let grant: Renewable<Grant>
    private let certificates: Renewable<Certificates>

    /// - Parameters:
    ///   - configuration: What to authenticate with.
    ///   - refreshInterval: After how long files are read again.
    ///   - pluginTimeout: How long a program may take.
    init(_ configuration: ClusterConfiguration, refreshInterval: Duration, pluginTimeout: Duration) {
        switch configuration.credential {
        case .none: grant = Renewable { _ in (Grant(), nil) }
        case .token(let token): grant = Renewable { _ in (Grant(authorization: "Bearer \(token)"), nil) }
        case .basic(let user, let password):
            let encoded = Data("\(user):\(password)".utf8).base64EncodedString()
            grant = Renewable { _ in (Grant(authorization: "Basic \(encoded)"), nil) }
        case .tokenFile(let path):
            grant = Renewable { last in
                let token = try await Self.text(of: path)
                // A file that can not be read for a while costs nothing while the last token is good.
                let read = token.map { Grant(authorization: "Bearer \($0)") }
                guard let grant = read ?? last else {
                    throw TransportError(.credential, "there is no token in \(path)")
                }
                return (grant, refreshInterval)
            }
        case .exec(let plugin, let cluster):
            let program = ExecPlugin(plugin: plugin, cluster: cluster, timeout: pluginTimeout)
            grant = Renewable { _ in
                let credential = try await program.run()
                return (
                    Grant(
                        authorization: credential.token.map { "Bearer \($0)" }, certificate: credential.certificate),
                    credential.expiration.map { .seconds($0.date.timeIntervalSinceNow) }
                )
            }
        }
        let files = configuration.certificateFiles
        let configured = Certificates(
            authority: configuration.certificateAuthority, client: configuration.clientCertificate)
        certificates = Renewable { last in
            guard files != ClusterConfiguration.CertificateFiles() else { return (configured, nil) }
            return (await Self.read(files, instead: last ?? configured), refreshInterval)
        }
    }

    /// As whom the next request is sent.
    ///
    /// - Throws: ``TransportError`` where there is no credential to be had.
    func identity() async throws -> Identity {
        let (grant, grantSerial) = try await grant.current()
        var (certificates, certificatesSerial) = try await certificates.current()
        certificates.client = grant.certificate ?? certificates.client
        return Identity(
            authorization: grant.authorization, certificates: certificates,
            origin: .init(
                grant: grantSerial, certificates: certificatesSerial,
                isCertificateGranted: grant.certificate != nil))
    }

    /// Another identity in place of one that was refused; nil where there is none.
    ///
    /// - Parameter isConnected: Whether a request was refused, and not the connection: that never saw the header.
    func replacement(for identity: Identity, isConnected: Bool) async throws -> Identity? {
        if isConnected || identity.origin.isCertificateGranted { grant.refuse(identity.origin.grant) }
        certificates.refuse(identity.origin.certificates)
        let other = try await self.identity()
        return other.isSame(as: identity) ? nil : other
    }

    private static func text(of path: String) async throws -> String? {
        // The file may lie on a slow volume, so it is not read on a thread that others wait for.
        let bytes = try await NIOThreadPool.singleton.runIfActive { try? ConfigurationFile.read(path) }
        let text = bytes.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        return text?.isEmpty == false ? text : nil
    }

    /// The certificates as the files have them now; what can not be read, or is half written, is what it was.
    private static func read(
        _ files: ClusterConfiguration.CertificateFiles, instead last: Certificates
    ) async -> Certificates {
        let read = try? await NIOThreadPool.singleton.runIfActive {
            var certificates = last
            if let path = files.authority, let bytes = try? ConfigurationFile.read(path),
                (try? PEM.checkCertificates(bytes)) != nil
            {
                certificates.authority = bytes
            }
            guard let client = last.client else { return certificates }
            let pair = ClusterConfiguration.ClientCertificate(
                chain: files.chain.flatMap { try? ConfigurationFile.read($0) } ?? client.chain,
                privateKey: files.privateKey.flatMap { try? ConfigurationFile.read($0) } ?? client.privateKey)
            if (try? PEM.checkPair(pair)) != nil { certificates.client = pair }
            return certificates
        }
        return read ?? last
    }
}

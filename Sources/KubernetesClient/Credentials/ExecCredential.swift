import Foundation
import KubernetesCore

/// What a program that gives credentials is told, and what it answers: `ExecCredential` of
/// `client.authentication.k8s.io`.
struct ExecCredential: Sendable, Hashable {
    /// The versions of the protocol; they differ only in their names.
    enum Version: String, Sendable, CaseIterable {
        case v1 = "client.authentication.k8s.io/v1"
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    /// An answer that is of no use, for people.
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    var token: String?
    var certificate: ClusterConfiguration.ClientCertificate?
    /// From when on it is of no use; nil where the program does not say.
    var expiration: Time?

    /// The text of `KUBERNETES_EXEC_INFO`.
    static func info(_ plugin: Kubeconfig.ExecPlugin, cluster: JSONValue?) -> String {
        var spec: JSONValue = ["interactive": false]
        spec["cluster"] = cluster
        let info: JSONValue = [
            "apiVersion": .string(plugin.apiVersion ?? ""), "kind": "ExecCredential", "spec": spec,
        ]
        return String(decoding: JSONWriter.bytes(info), as: UTF8.self)
    }

    /// What a program is told of its cluster.
    static func describe(_ configuration: ClusterConfiguration, _ cluster: Kubeconfig.Cluster?) -> JSONValue {
        var description: JSONValue = ["server": .string(configuration.server)]
        description["tls-server-name"] = configuration.tlsServerName.map { .string($0) }
        if configuration.skipsTLSVerification { description["insecure-skip-tls-verify"] = true }
        description["certificate-authority-data"] = configuration.certificateAuthority.map {
            .string(Data($0).base64EncodedString())
        }
        description["proxy-url"] = configuration.proxy.map { .string($0) }
        if cluster?.disableCompression == true { description["disable-compression"] = true }
        description["config"] = cluster?.extensions?.first { $0.name == extensionName }?.extension
        return description
    }

    /// The name under which a cluster has something to say to such programs.
    private static let extensionName = "client.authentication.k8s.io/exec"

    /// Reads what a program printed.
    ///
    /// - Parameters:
    ///   - output: Its standard output.
    ///   - version: The version of the protocol that was configured; another one is no answer.
    init(_ output: [UInt8], version: String?) throws(Malformed) {
        guard let answer = try? KubernetesJSON.decode(Answer.self, from: output) else {
            throw Malformed(description: "it printed no ExecCredential in JSON")
        }
        guard answer.kind == "ExecCredential", answer.apiVersion == version else {
            throw Malformed(
                description: "it printed \(answer.apiVersion ?? "") \(answer.kind ?? ""), not \(version ?? "") "
                    + "ExecCredential")
        }
        guard let status = answer.status else { throw Malformed(description: "its answer has no status") }
        if let text = status.token, !text.isEmpty {
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw Malformed(description: "its token has spaces or control characters")
            }
            token = text
        }
        let chain = Array((status.clientCertificateData ?? "").utf8)
        let key = Array((status.clientKeyData ?? "").utf8)
        switch (chain.isEmpty, key.isEmpty) {
        case (false, false):
            guard (try? PEM.checkCertificates(chain)) != nil, (try? PEM.checkPrivateKey(key)) != nil else {
                throw Malformed(description: "its certificate or key is not in PEM")
            }
            certificate = .init(chain: chain, privateKey: key)
        case (true, true): break
        default: throw Malformed(description: "it gave a certificate without its key, or a key alone")
        }
        guard token != nil || certificate != nil else {
            throw Malformed(description: "it gave neither a token nor a certificate")
        }
        expiration = status.expirationTimestamp
    }

    private struct Answer: Decodable {
        struct Status: Decodable {
            var expirationTimestamp: Time?
            var token: String?
            var clientCertificateData: String?
            var clientKeyData: String?
        }
        var apiVersion: String?
        var kind: String?
        var status: Status?
    }
}

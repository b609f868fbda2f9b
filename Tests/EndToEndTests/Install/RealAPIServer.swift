import Crypto
import Foundation

/// etcd and kube-apiserver as `KUBEBUILDER_ASSETS` has them, started as the field's own test tools start them: with no
/// controller manager, so that nothing collects garbage and no namespace ever ends.
struct RealAPIServer {
    private let assets: String
    private let folder: URL
    private let etcdPort: Int
    private let peerPort: Int
    private let port: Int
    private static let token = "the-owner"

    /// Lays out the server's files.
    init(assets: String, folder: URL) throws {
        self.assets = assets
        self.folder = folder
        let ports = try LoopbackPorts.free(3)
        (etcdPort, peerPort, port) = (ports[0], ports[1], ports[2])
        let key = P256.Signing.PrivateKey()
        for (name, text) in [
            ("accounts.key", key.pemRepresentation), ("accounts.pub", key.publicKey.pemRepresentation),
        ] {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        try Data("\(Self.token),owner,owner,\"system:masters\"\n".utf8).write(
            to: folder.appendingPathComponent("tokens.csv"))
    }

    /// The command line of etcd.
    var etcd: (program: String, arguments: [String]) {
        (
            "\(assets)/etcd",
            [
                "--data-dir", folder.appendingPathComponent("etcd").path, "--unsafe-no-fsync",
                "--listen-client-urls", "http://127.0.0.1:\(etcdPort)",
                "--advertise-client-urls", "http://127.0.0.1:\(etcdPort)",
                "--listen-peer-urls", "http://127.0.0.1:\(peerPort)",
            ]
        )
    }

    /// The command line of the API server.
    var server: (program: String, arguments: [String]) {
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        return (
            "\(assets)/kube-apiserver",
            [
                "--etcd-servers=http://127.0.0.1:\(etcdPort)", "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1", "--secure-port=\(port)", "--cert-dir=\(path("certificates"))",
                "--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC",
                "--token-auth-file=\(path("tokens.csv"))", "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=\(path("accounts.pub"))",
                "--service-account-signing-key-file=\(path("accounts.key"))",
                // Nothing makes the accounts that this would ask for.
                "--disable-admission-plugins=ServiceAccount",
            ]
        )
    }

    /// The owner's kubeconfig; the certificate is there when the server has started once.
    func writeKubeconfig(to file: String) throws {
        let certificate = folder.appendingPathComponent("certificates/apiserver.crt").path
        let text = """
            {"apiVersion": "v1", "kind": "Config", "current-context": "test",
             "clusters": [{"name": "test", "cluster": {
                "server": "https://127.0.0.1:\(port)", "certificate-authority": "\(certificate)"}}],
             "users": [{"name": "test", "user": {"token": "\(Self.token)"}}],
             "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}]}
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
}

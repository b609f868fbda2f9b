import Foundation
import KubernetesCore

/// The kubeconfig by which clients find the local cluster.
public enum KubeconfigFile {
    /// The name of cluster, user and context.
    public static let contextName = "fairlead-local"

    /// The file's text.
    ///
    /// - Parameters:
    ///   - server: The server's address, such as `https://127.0.0.1:6443`.
    ///   - ca: The authority's certificate in PEM.
    ///   - token: The bearer token.
    public static func text(server: String, ca: String, token: String) -> String {
        let name = contextName
        let authority = Data(ca.utf8).base64EncodedString()
        return """
            apiVersion: v1
            kind: Config
            clusters:
            - name: \(name)
              cluster:
                server: \(server)
                certificate-authority-data: \(authority)
            users:
            - name: \(name)
              user:
                token: \(token)
            contexts:
            - name: \(name)
              context:
                cluster: \(name)
                user: \(name)
            current-context: \(name)

            """
    }
}

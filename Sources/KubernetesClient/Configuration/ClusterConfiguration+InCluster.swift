public import Foundation

extension ClusterConfiguration {
    /// Where a pod finds its service account.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Whether this process runs in a pod that has a service account's token.
    public static func isInCluster(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = serviceAccountDirectory
    ) -> Bool {
        environment["KUBERNETES_SERVICE_HOST"]?.isEmpty == false
            && FileManager.default.fileExists(atPath: "\(directory)/token")
    }

    /// The configuration that a pod's service account gives.
    ///
    /// A missing certificate authority is an error: the token is never sent to a server that was not verified.
    ///
    /// - Parameters:
    ///   - environment: The process's environment.
    ///   - directory: Where the service account is mounted.
    /// - Throws: ``ConfigurationError``.
    public static func inCluster(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = serviceAccountDirectory
    ) throws -> ClusterConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else {
            throw ConfigurationError(
                .notFound, "this process does not run in a cluster",
                field: "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT of the environment")
        }
        let authority = try ConfigurationFile.read("\(directory)/ca.crt")
        try PEM.checkCertificates(authority, file: "\(directory)/ca.crt")
        _ = try ConfigurationFile.read("\(directory)/token")
        var configuration = ClusterConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", certificateAuthority: authority,
            credential: .tokenFile("\(directory)/token"))
        configuration.certificateFiles.authority = "\(directory)/ca.crt"
        if let bytes = try? ConfigurationFile.read("\(directory)/namespace") {
            let namespace = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if !namespace.isEmpty { configuration.namespace = namespace }
        }
        return configuration
    }
}

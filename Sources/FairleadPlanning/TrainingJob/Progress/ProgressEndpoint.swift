public import KubernetesCore

/// Where a job's pods push their metrics, by Kubeflow Trainer's contract.
public struct ProgressEndpoint: Sendable, Hashable, Codable {
    /// The server, such as `https://fairlead-progress.fairlead.svc:10443`.
    public var url: String
    /// The certificates in PEM by which its own is judged.
    public var certificateAuthority: String

    /// Names a server.
    public init(url: String, certificateAuthority: String) {
        self.url = url
        self.certificateAuthority = certificateAuthority
    }

    /// The key of the certificates in a job's ConfigMap, and their file's name.
    public static let authorityKey = "ca.crt"
    private static let folder = "/var/run/secrets/kubeflow/trainer"
    private static let volumeName = "kubeflow-trainer-token"
    private static let tokenSeconds: Int64 = 3600

    /// The path to which a job's metrics are posted.
    public static func path(_ job: ObjectKey) -> String { "/apis/\(audience(job))" }

    /// For whom the tokens are that a job's pods push with.
    public static func audience(_ job: ObjectKey) -> String {
        "trainer.kubeflow.org/v1alpha1/namespaces/\(job.namespace ?? "")/trainjobs/\(job.name)/status"
    }

    /// The job of a path; nil where it is no such path.
    public static func job(ofPath path: String) -> ObjectKey? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 9, !parts[5].isEmpty, !parts[7].isEmpty else { return nil }
        let job = ObjectKey(namespace: parts[5], name: parts[7])
        return path == Self.path(job) ? job : nil
    }

    /// The variables of every training container, in order.
    public func environment(_ job: ObjectKey) -> [(name: String, value: String)] {
        [
            ("KUBEFLOW_TRAINER_SERVER_URL", url + Self.path(job)),
            ("KUBEFLOW_TRAINER_SERVER_CA_CERT", "\(Self.folder)/\(Self.authorityKey)"),
            ("KUBEFLOW_TRAINER_SERVER_TOKEN", "\(Self.folder)/token"),
        ]
    }

    /// The volume with a pod's token and the certificates.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - configMap: The job's ConfigMap, which has the certificates under ``authorityKey``.
    public static func volume(_ job: ObjectKey, configMap: String) -> JSONValue {
        let token: JSONValue = [
            "audience": .string(audience(job)), "expirationSeconds": .integer(tokenSeconds), "path": "token",
        ]
        let authority: JSONValue = [
            "name": .string(configMap), "items": [["key": .string(authorityKey), "path": .string(authorityKey)]],
        ]
        return [
            "name": .string(volumeName),
            "projected": ["sources": [["serviceAccountToken": token], ["configMap": authority]]],
        ]
    }

    /// Where a container has the volume.
    public static let mount: JSONValue = [
        "name": .string(volumeName), "mountPath": .string(folder), "readOnly": true,
    ]
}

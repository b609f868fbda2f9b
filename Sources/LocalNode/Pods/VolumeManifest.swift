import KubernetesCore

/// A volume as the node reads it: exactly one of its sources is set.
struct VolumeManifest: Sendable, Hashable, Decodable {
    var name: String
    var emptyDir: EmptyDir?
    var configMap: ConfigMapSource?
    var secret: SecretSource?
    var hostPath: HostPath?
    var downwardAPI: DownwardAPISource?
    var projected: Projected?
    var persistentVolumeClaim: Claim?

    struct EmptyDir: Sendable, Hashable, Decodable {}

    struct KeyToPath: Sendable, Hashable, Decodable {
        var key: String
        var path: String
        var mode: Int64?
    }

    struct ConfigMapSource: Sendable, Hashable, Decodable {
        var name: String?
        var items: [KeyToPath]?
        var defaultMode: Int64?
        var optional: Bool?
    }

    struct SecretSource: Sendable, Hashable, Decodable {
        var secretName: String?
        var name: String?
        var items: [KeyToPath]?
        var defaultMode: Int64?
        var optional: Bool?
    }

    struct HostPath: Sendable, Hashable, Decodable {
        var path: String
        var type: String?
    }

    struct DownwardAPISource: Sendable, Hashable, Decodable {
        var items: [DownwardAPIFile]?
        var defaultMode: Int64?
    }

    struct DownwardAPIFile: Sendable, Hashable, Decodable {
        var path: String
        var fieldRef: FieldReference?
        var resourceFieldRef: ResourceFieldReference?
        var mode: Int64?
    }

    struct Projected: Sendable, Hashable, Decodable {
        var sources: [ProjectedSource]?
        var defaultMode: Int64?
    }

    struct ProjectedSource: Sendable, Hashable, Decodable {
        var configMap: ConfigMapSource?
        var secret: SecretSource?
        var downwardAPI: DownwardAPISource?
        var serviceAccountToken: TokenSource?
    }

    struct TokenSource: Sendable, Hashable, Decodable {
        var path: String
        var audience: String?
        var expirationSeconds: Int64?

        /// How long a token holds, in seconds.
        var seconds: Int64 { expirationSeconds ?? 3600 }
    }

    struct Claim: Sendable, Hashable, Decodable {
        var claimName: String
        var readOnly: Bool?
    }
}

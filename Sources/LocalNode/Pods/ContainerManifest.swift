import KubernetesCore

/// A container as the node reads it.
struct ContainerManifest: Sendable, Hashable, Decodable {
    var name: String
    var image: String?
    var command: [String]?
    var args: [String]?
    var workingDir: String?
    var env: [EnvironmentVariable]?
    var envFrom: [EnvironmentSource]?
    var resources: Resources?
    var volumeMounts: [VolumeMount]?
    var terminationMessagePath: String?
    var terminationMessagePolicy: String?
    /// `Always` makes an init container a sidecar.
    var restartPolicy: String?
    var ports: [ContainerPort]?
    var lifecycle: LifecycleManifest?
    var startupProbe: ProbeManifest?
    var livenessProbe: ProbeManifest?
    var readinessProbe: ProbeManifest?
    var securityContext: SecurityContext?

    struct Resources: Sendable, Hashable, Decodable {
        var requests: [String: JSONValue]?
        var limits: [String: JSONValue]?
    }

    struct SecurityContext: Sendable, Hashable, Decodable {
        var runAsUser: Int64?
        var runAsGroup: Int64?
    }

    struct VolumeMount: Sendable, Hashable, Decodable {
        var name: String
        var mountPath: String
        var subPath: String?
        var subPathExpr: String?
        var readOnly: Bool?
    }
}

/// A variable of a container's environment, as written.
struct EnvironmentVariable: Sendable, Hashable, Decodable {
    var name: String
    var value: String?
    var valueFrom: Source?

    struct Source: Sendable, Hashable, Decodable {
        var fieldRef: FieldReference?
        var resourceFieldRef: ResourceFieldReference?
        var configMapKeyRef: KeyReference?
        var secretKeyRef: KeyReference?
    }
}

/// A whole ConfigMap or Secret as variables.
struct EnvironmentSource: Sendable, Hashable, Decodable {
    var prefix: String?
    var configMapRef: ObjectReference?
    var secretRef: ObjectReference?

    struct ObjectReference: Sendable, Hashable, Decodable {
        var name: String?
        var optional: Bool?
    }
}

/// One key of a ConfigMap or Secret.
struct KeyReference: Sendable, Hashable, Decodable {
    var name: String?
    var key: String
    var optional: Bool?
}

/// A field of the pod itself.
struct FieldReference: Sendable, Hashable, Decodable {
    var fieldPath: String
}

/// A request or a limit of a container.
struct ResourceFieldReference: Sendable, Hashable, Decodable {
    var containerName: String?
    var resource: String
    var divisor: JSONValue?
}

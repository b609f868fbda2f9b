import KubernetesCore

/// A pod as the node reads it: what decides how it is run, and what its status last said.
struct PodManifest: Resource, Hashable {
    static let type = ResourceType.pod

    var metadata: ObjectMeta
    var spec: Spec
    var status: Status

    struct Spec: Sendable, Hashable, Decodable {
        var nodeName: String?
        var schedulerName: String?
        var schedulingGates: [JSONValue]?
        var nodeSelector: [String: String]?
        var restartPolicy: String?
        var terminationGracePeriodSeconds: Int64?
        var activeDeadlineSeconds: Int64?
        var hostname: String?
        var subdomain: String?
        var serviceAccountName: String?
        var hostAliases: [HostAlias]?
        var initContainers: [ContainerManifest]?
        var containers: [ContainerManifest]?
        var volumes: [VolumeManifest]?
        var priority: Int64?
        var overhead: [String: JSONValue]?
        var securityContext: ContainerManifest.SecurityContext?
        var tolerations: [Toleration]?
    }

    struct HostAlias: Sendable, Hashable, Decodable {
        var ip: String
        var hostnames: [String]?
    }

    struct Status: Sendable, Hashable, Decodable {
        var phase: String?
        var reason: String?
        var message: String?
        var startTime: Time?
        var podIP: String?
        var conditions: [PodCondition]?
        var initContainerStatuses: [ContainerStatus]?
        var containerStatuses: [ContainerStatus]?
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec) ?? Spec()
        status = try container.decodeIfPresent(Status.self, forKey: .status) ?? Status()
    }

    init(metadata: ObjectMeta, spec: Spec = Spec(), status: Status = Status()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// Init containers first, in order; then the others.
    var allContainers: [ContainerManifest] { (spec.initContainers ?? []) + (spec.containers ?? []) }

    /// The claims that it names.
    var claims: [ObjectKey] {
        (spec.volumes ?? []).compactMap(\.persistentVolumeClaim).map {
            ObjectKey(namespace: metadata.namespace, name: $0.claimName)
        }
    }

    /// Whether the pod has ended for good: such a pod never changes again.
    var isTerminal: Bool { status.phase == "Succeeded" || status.phase == "Failed" }

    var restartPolicy: RestartPolicy { RestartPolicy(rawValue: spec.restartPolicy ?? "Always") ?? .always }

    /// The grace of an ordinary deletion.
    var gracePeriodSeconds: Int64 { min(max(0, spec.terminationGracePeriodSeconds ?? 30), 1 << 31) }
}

/// When a container that ended is started again.
enum RestartPolicy: String, Sendable, Hashable {
    case always = "Always"
    case onFailure = "OnFailure"
    case never = "Never"

    func restarts(after exitCode: Int) -> Bool {
        switch self {
        case .always: true
        case .onFailure: exitCode != 0
        case .never: false
        }
    }
}

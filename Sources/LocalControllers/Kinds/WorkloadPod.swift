import KubernetesCore

/// A pod as ReplicaSets and Services see it.
struct WorkloadPod: Resource, Hashable {
    static let type = ResourceType.pod

    var metadata: ObjectMeta
    var spec: Spec
    var status: Status

    struct Spec: Sendable, Hashable, Decodable {
        var nodeName: String?
        var hostname: String?
        var subdomain: String?
        var containers: [Container]?
        var initContainers: [Container]?
    }

    struct Container: Sendable, Hashable, Decodable {
        var name: String
        var restartPolicy: String?
        var ports: [Port]?

        struct Port: Sendable, Hashable, Decodable {
            var name: String?
            var containerPort: Int
            var `protocol`: String?
        }
    }

    struct Status: Sendable, Hashable, Decodable {
        var phase: String?
        var podIP: String?
        var conditions: [PodCondition]?
        var containerStatuses: [ContainerStatus]?

        struct ContainerStatus: Sendable, Hashable, Decodable {
            var restartCount: Int?
        }
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

    var isTerminal: Bool { status.phase == "Succeeded" || status.phase == "Failed" }
    /// Whether it counts as one of a set's pods.
    var isActive: Bool { !isTerminal && !metadata.isBeingDeleted }
    private var ready: PodCondition? {
        status.conditions?.first { $0.type == "Ready" && $0.status == "True" }
    }
    var isReady: Bool { ready != nil }
    /// Since when it has been ready; nil where it is not, or where nobody says.
    var readySince: Time? { ready?.lastTransitionTime }
    var restarts: Int { (status.containerStatuses ?? []).map { $0.restartCount ?? 0 }.max() ?? 0 }

    /// Whether it has been ready for long enough.
    func isAvailable(minReadySeconds: Int, now: Time) -> Bool {
        guard isReady, minReadySeconds > 0 else { return isReady }
        guard let readySince else { return false }
        return readySince.secondsSince1970 + Int64(minReadySeconds) <= now.secondsSince1970
    }
}

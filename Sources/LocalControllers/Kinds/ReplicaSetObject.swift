import KubernetesCore

/// A ReplicaSet as its controller and that of Deployments read it.
struct ReplicaSetObject: Resource, Hashable {
    static let type = ResourceType(group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets")

    var metadata: ObjectMeta
    var spec: Spec
    var status: Status

    struct Spec: Sendable, Hashable, Decodable {
        var replicas: Int?
        var minReadySeconds: Int?
        var selector: JSONValue
        var template: JSONValue?
    }

    struct Status: Sendable, Hashable, Codable {
        var replicas: Int
        var fullyLabeledReplicas: Int?
        var readyReplicas: Int?
        var availableReplicas: Int?
        var terminatingReplicas: Int?
        var observedGeneration: Int64?
        var conditions: [WorkloadCondition]?
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decode(Spec.self, forKey: .spec)
        status = try container.decodeIfPresent(Status.self, forKey: .status) ?? Status(replicas: 0)
    }

    init(metadata: ObjectMeta, spec: Spec, status: Status = Status(replicas: 0)) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    var replicas: Int {
        get { WorkloadCount.clamped(spec.replicas ?? 1) }
        set { spec.replicas = newValue }
    }

    var minReadySeconds: Int { max(0, spec.minReadySeconds ?? 0) }

    /// Whether the status was made of the present spec.
    var isObserved: Bool { (metadata.generation ?? 0) <= (status.observedGeneration ?? 0) }

    /// Pods that are available and still wanted: a status may be older than the number that is wanted.
    var available: Int { min(replicas, WorkloadCount.clamped(status.availableReplicas ?? 0)) }
}

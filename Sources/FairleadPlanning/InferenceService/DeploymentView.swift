import FairleadAPI
public import KubernetesCore

/// What planning needs of a Deployment.
public struct DeploymentView: Resource, Hashable {
    public static let type = ResourceType.deployment

    /// The part of the spec that is needed.
    public struct Spec: Sendable, Hashable, Codable {
        /// How many pods there should be.
        public var replicas: Int?
    }

    /// The part of the status that is needed.
    public struct Status: Sendable, Hashable, Codable {
        /// How many pods there are.
        public var replicas: Int?
        /// How many of them are ready.
        public var readyReplicas: Int?
        /// The Deployment's conditions.
        public var conditions: [PodCondition]?
    }

    /// The Deployment's metadata.
    public var metadata: ObjectMeta
    /// The part of the spec that is needed.
    public var spec: Spec
    /// The part of the status that is needed.
    public var status: Status
    /// The patch that puts back what somebody changed of it; nil where nothing was changed.
    public var repair: JSONValue?

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec) ?? Spec()
        status = try container.decodeIfPresent(Status.self, forKey: .status) ?? Status()
        repair = AppliedRecord.repair(
            &metadata, spec: try container.decodeIfPresent(JSONValue.self, forKey: .spec))
    }

    /// Makes a view.
    public init(metadata: ObjectMeta, replicas: Int? = nil, pods: Int? = nil, ready: Int? = nil) {
        self.metadata = metadata
        spec = Spec(replicas: replicas)
        status = Status(replicas: pods, readyReplicas: ready, conditions: nil)
    }

    /// How many pods there should be.
    public var wanted: Int { max(0, spec.replicas ?? 1) }
    /// How many pods are ready.
    public var ready: Int { max(0, status.readyReplicas ?? 0) }
    /// The revision that it runs.
    var revision: String? { metadata.labels[FairleadLabel.revision] }
    /// The component that it runs.
    var component: ServiceComponent? { metadata.labels[FairleadLabel.component].flatMap(ServiceComponent.init) }

    /// Why the API server takes no pods of it, nil where it does.
    var refusal: String? {
        status.conditions?.first { $0.type == "ReplicaFailure" && $0.status == "True" }?.message
    }
}

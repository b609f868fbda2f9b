import KubernetesCore

/// A Deployment as its controller reads it; the template is passed through.
struct DeploymentObject: Resource, Hashable {
    static let type = ResourceType(group: "apps", version: "v1", kind: "Deployment", plural: "deployments")

    var metadata: ObjectMeta
    var spec: Spec
    var status: Status

    struct Spec: Sendable, Hashable, Decodable {
        var replicas: Int?
        var paused: Bool?
        var minReadySeconds: Int?
        var progressDeadlineSeconds: Int?
        var revisionHistoryLimit: Int?
        var selector: JSONValue
        var template: JSONValue
        var strategy: Strategy?
    }

    struct Strategy: Sendable, Hashable, Decodable {
        var type: String?
        var rollingUpdate: RollingUpdate?

        struct RollingUpdate: Sendable, Hashable, Decodable {
            var maxSurge: JSONValue?
            var maxUnavailable: JSONValue?
        }
    }

    /// Zeros are left out, as Kubernetes does, but for `terminatingReplicas`.
    struct Status: Sendable, Hashable, Codable {
        var observedGeneration: Int64?
        var replicas: Int?
        var updatedReplicas: Int?
        var readyReplicas: Int?
        var availableReplicas: Int?
        var unavailableReplicas: Int?
        var terminatingReplicas: Int?
        var collisionCount: Int?
        var conditions: [WorkloadCondition]?
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decode(Spec.self, forKey: .spec)
        status = try container.decodeIfPresent(Status.self, forKey: .status) ?? Status()
    }

    init(metadata: ObjectMeta, spec: Spec, status: Status = Status()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    var replicas: Int { WorkloadCount.clamped(spec.replicas ?? 1) }
    var isRecreated: Bool { spec.strategy?.type == "Recreate" }
    var minReadySeconds: Int { max(0, spec.minReadySeconds ?? 0) }
    /// Never exceeded where it is the largest number: such a deadline is none.
    var progressDeadlineSeconds: Int? { spec.progressDeadlineSeconds.flatMap { $0 < Int(Int32.max) ? $0 : nil } }

    /// How many pods more, and how many fewer than wanted there may be while it rolls: a share of the pods is rounded
    /// up for more, and down for fewer; both are never zero.
    var margins: (surge: Int, unavailable: Int) {
        guard !isRecreated else { return (0, 0) }
        let rolling = spec.strategy?.rollingUpdate
        let surge = Self.amount(rolling?.maxSurge, of: replicas, roundsUp: true)
        let unavailable = Self.amount(rolling?.maxUnavailable, of: replicas, roundsUp: false)
        return (surge, surge == 0 && unavailable == 0 ? 1 : unavailable)
    }

    /// How many pods may be away: never more than there are.
    var maxUnavailable: Int { min(margins.unavailable, replicas) }

    private static func amount(_ value: JSONValue?, of total: Int, roundsUp: Bool) -> Int {
        if let number = value?.integerValue { return WorkloadCount.clamped(Int(clamping: number)) }
        let text = value?.stringValue ?? "25%"
        guard text.hasSuffix("%"), let percent = Int(text.dropLast()), (0...100_000).contains(percent) else { return 0 }
        let whole = total * percent
        return WorkloadCount.clamped(whole / 100 + (roundsUp && whole % 100 > 0 ? 1 : 0))
    }
}

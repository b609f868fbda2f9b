public import KubernetesCore

/// The pods of one role as Kueue counts them.
public struct KueuePodSet: Sendable, Hashable {
    /// The role, which is the set's name.
    public var role: String
    /// How many pods it wants.
    public var count: Int
    /// With how many it does where it can't have all; nil where it needs them all.
    public var minCount: Int?
    /// One of the pods, as it would be made.
    public var pod: JSONValue

    /// Describes the pods of a role.
    public init(role: String, count: Int, minCount: Int? = nil, pod: JSONValue) {
        self.role = role
        self.count = count
        self.minCount = minCount
        self.pod = pod
    }

    /// What of a pod decides where it may run and what it uses.
    private static let specFields = [
        "nodeSelector", "affinity", "tolerations", "priorityClassName", "runtimeClassName", "overhead",
        "schedulerName", "resourceClaims", "resources",
    ]
    private static let containerFields = ["name", "image", "resources", "restartPolicy"]

    /// The set as it stands in a Workload.
    ///
    /// Its template holds what is counted and placed and nothing else, so that a Workload of a thousand nodes, whose
    /// environment names them all, stays small.
    var json: JSONValue {
        var spec: JSONValue = ["restartPolicy": "Never"]
        for field in Self.specFields { spec[field] = pod[path: ["spec", field]] }
        spec["containers"] = .array(containers("containers"))
        let first = containers("initContainers")
        if !first.isEmpty { spec["initContainers"] = .array(first) }
        var set: JSONValue = ["name": .string(role), "count": .integer(Int64(count)), "template": ["spec": spec]]
        if let minCount, minCount < count { set["minCount"] = .integer(Int64(minCount)) }
        guard let annotations = pod[path: ["metadata", "annotations"]]?.objectValue else { return set }
        let wishes = annotations.filter { $0.key.hasPrefix(KueueName.podSetPrefix) }
        if !wishes.isEmpty { set[path: ["template", "metadata", "annotations"]] = .object(wishes) }
        set["topologyRequest"] = Self.topologyRequest(wishes)
        return set
    }

    private func containers(_ list: String) -> [JSONValue] {
        (pod[path: ["spec", list]]?.arrayValue ?? []).map { container in
            .object((container.objectValue ?? [:]).filter { Self.containerFields.contains($0.key) })
        }
    }

    /// Which nodes near each other the pods want, as their annotations say it.
    private static func topologyRequest(_ annotations: [String: JSONValue]) -> JSONValue? {
        var request: [String: JSONValue] = [:]
        request["required"] = annotations[KueueName.requiredTopology]
        request["preferred"] = annotations[KueueName.preferredTopology]
        if annotations[KueueName.unconstrainedTopology] == "true" { request["unconstrained"] = true }
        guard !request.isEmpty else { return nil }
        request["podIndexLabel"] = .string(KueueName.podIndexLabel)
        return .object(request)
    }
}

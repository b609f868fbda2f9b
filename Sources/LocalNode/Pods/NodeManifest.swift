import KubernetesCore

/// The node's own object, as far as others decide by it what runs here.
struct NodeManifest: Resource, Hashable {
    static let type = ResourceType.node

    struct Spec: Sendable, Hashable, Decodable {
        var unschedulable: Bool?
        var taints: [Taint]?
    }

    var metadata: ObjectMeta
    var spec: Spec

    private enum CodingKeys: String, CodingKey { case metadata, spec }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec) ?? Spec()
    }

    /// The taints, with the one that a cordon stands for.
    var taints: [Taint] {
        let written = spec.taints ?? []
        let cordon = Taint(key: "node.kubernetes.io/unschedulable", effect: "NoSchedule")
        let hasCordon = written.contains { $0.key == cordon.key }
        return spec.unschedulable == true && !hasCordon ? written + [cordon] : written
    }
}

/// What keeps pods from a node.
struct Taint: Sendable, Hashable, Decodable {
    var key: String
    var value: String?
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    var effect: String
}

/// What makes a pod bear a taint.
struct Toleration: Sendable, Hashable, Decodable {
    var key: String?
    /// `Equal`, which it is where it is left out, or `Exists`.
    var `operator`: String?
    var value: String?
    var effect: String?
    /// For how long a `NoExecute` taint is borne; for ever where it is left out.
    var tolerationSeconds: Int64?

    func tolerates(_ taint: Taint) -> Bool {
        if let effect, !effect.isEmpty, effect != taint.effect { return false }
        if let key, !key.isEmpty, key != taint.key { return false }
        if `operator` == "Exists" { return true }
        return key?.isEmpty == false && (value ?? "") == (taint.value ?? "")
    }
}

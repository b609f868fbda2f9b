import KubernetesCore

/// A PodDisruptionBudget as its controller reads it.
struct DisruptionBudgetObject: Resource, Hashable {
    static let type = ResourceType(
        group: "policy", version: "v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets")

    var metadata: ObjectMeta
    var spec: Spec
    var status: Status?

    struct Spec: Sendable, Hashable, Decodable {
        var minAvailable: JSONValue?
        var maxUnavailable: JSONValue?
        var selector: JSONValue?
    }

    struct Status: Sendable, Hashable, Codable {
        var observedGeneration: Int64?
        var disruptionsAllowed: Int
        var currentHealthy: Int
        var desiredHealthy: Int
        var expectedPods: Int
        var conditions: [Condition]?
    }

    /// The pods that it protects; none where it says nothing.
    var podSelector: LabelSelector? { spec.selector.flatMap { LabelSelector($0) } }
}

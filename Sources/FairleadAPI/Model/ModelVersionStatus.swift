public import KubernetesCore

/// How a version of a model stands.
public struct ModelVersionStatus: CustomStatus {
    /// Where a version may stand.
    public enum Phase: String, NamedValue {
        /// It may be used.
        case ready = "Ready"
        /// People or a rollout refused it: no rule promotes it.
        case rejected = "Rejected"
        /// It cannot be used.
        case invalid = "Invalid"
    }

    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// For people and columns.
    public var phase: Phase?
    /// Why it is in its phase.
    public var reason: Reason?
    /// For people.
    public var message: String?
    /// The aliases that point at it, in one line.
    public var aliases: String?
    /// Its metrics, in one line.
    public var metrics: String?
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() { conditions = [] }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case observedGeneration, phase, reason, message, aliases, metrics, conditions
    }
}

extension ModelVersionStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the version stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("aliases", .string("The aliases that point at it.")),
            SchemaField("metrics", .string("Its metrics.")),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}

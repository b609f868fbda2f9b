import KubernetesCore

/// A page that is served: the kind that `website.yaml` defines.
struct Website: Resource {
    static let type = ResourceType(group: "example.dev", version: "v1", kind: "Website", plural: "websites")

    var metadata: ObjectMeta
    var spec: Spec
    var status: Status?

    /// What the user asks for.
    struct Spec: Sendable, Hashable, Codable {
        /// The page.
        var html: String
        /// How many pods serve it; the CRD's schema has the default.
        var replicas: Int
    }

    /// What became of it.
    struct Status: Sendable, Hashable, Codable {
        /// The generation of the spec that was last worked on.
        var observedGeneration: Int64?
        /// `Ready`.
        var conditions: [Condition]?
    }
}

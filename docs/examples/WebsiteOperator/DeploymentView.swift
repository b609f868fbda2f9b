import KubernetesCore

/// What the operator needs of a Deployment.
///
/// The rest is never decoded, and a view is never written back.
struct DeploymentView: Resource {
    static let type = ResourceType(group: "apps", version: "v1", kind: "Deployment", plural: "deployments")

    var metadata: ObjectMeta
    var status: Status?

    /// The part of the status that is needed.
    struct Status: Sendable, Hashable, Codable {
        /// The generation of the spec that Kubernetes' own controller has worked on.
        var observedGeneration: Int64?
        /// Pods that serve.
        var availableReplicas: Int?
    }
}

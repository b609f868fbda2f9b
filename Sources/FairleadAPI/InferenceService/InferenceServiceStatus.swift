public import KubernetesCore

/// How a service stands; what the routers route by.
public struct InferenceServiceStatus: CustomStatus {
    /// Where a service may stand.
    public enum Phase: String, NamedValue {
        /// Nothing serves yet.
        case pending = "Pending"
        /// It serves, and a new revision takes over.
        case rollingOut = "RollingOut"
        case ready = "Ready"
        /// It has no pods, and gets one at the next request.
        case sleeping = "Sleeping"
        case suspended = "Suspended"
        /// Nothing can serve.
        case failed = "Failed"
        /// The spec is wrong.
        case invalid = "Invalid"
    }

    /// Where the service is reached.
    public struct Address: Sendable, Hashable, Codable {
        /// The URL.
        public var url: String?

        /// Names a URL.
        public init(url: String? = nil) { self.url = url }

        enum CodingKeys: String, CodingKey, CaseIterable { case url }
    }

    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// For people and columns.
    public var phase: Phase?
    /// Why it is in its phase.
    public var reason: Reason?
    /// For people.
    public var message: String?
    /// Where the service is reached.
    public var url: String?
    /// Where it is reached inside of the cluster.
    public var address: Address?
    /// Ready pods and wanted ones, such as `2/3`.
    public var replicas: String?
    /// The weights of the revisions that serve, such as `90/10`.
    public var traffic: String?
    /// The models that serve, such as `churn:7`.
    public var model: String?
    /// The runtime's name.
    public var runtime: String?
    /// The model's format.
    public var format: String?
    /// How it is scaled, such as `concurrency 8, 0-10`.
    public var scale: String?
    /// The revisions: a router sends requests to these alone.
    public var revisions: [RevisionStatus]
    /// The newest rollout of each variant.
    public var rollouts: [RolloutStatus]
    /// How the model stands.
    public var modelStatus: ServiceModelStatus?
    /// For programs: `Ready`, `ModelLoaded`, `RolloutHealthy`.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() {
        revisions = []
        rollouts = []
        conditions = []
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case observedGeneration, phase, reason, message, url, address, replicas, traffic, model, runtime, format, scale
        case revisions, rollouts, modelStatus, conditions
    }
}

/// One revision of a service: what it serves, and how much of the traffic it gets.
public struct RevisionStatus: Sendable, Hashable, Codable {
    /// Where a revision may stand.
    public enum State: String, NamedValue {
        /// Its pods have no place yet.
        case pending = "Pending"
        /// Its model is being fetched or loaded.
        case loading = "Loading"
        /// It can answer.
        case ready = "Ready"
        /// It has no pods, and gets one at the next request.
        case sleeping = "Sleeping"
        /// It cannot be loaded.
        case failed = "Failed"
        /// It gets no more requests and soon goes.
        case draining = "Draining"
    }

    /// The revision's name, which its Deployment and Service have too.
    public var name: String
    /// The variant; nil where the service has but one model, `mirror` for the mirror.
    public var variant: String?
    /// What it serves, such as `churn:7`, or a URI.
    public var model: String?
    /// The registered model's version.
    public var version: String?
    /// The SHA-256 of the model's files.
    public var digest: String?
    /// Where the model's files are.
    public var uri: String?
    /// The model's format.
    public var format: String?
    /// What the model takes and gives, as it is registered; nil where that is not known, or too long.
    public var signature: ModelSignature?
    /// The runtime's name.
    public var runtime: String?
    /// The protocol that its server speaks.
    public var `protocol`: InferenceProtocol?
    /// The percent of the service's requests that it gets.
    public var weight: Int
    /// The percent of the requests of which it gets a copy.
    public var mirror: Int?
    /// How many pods it is to have.
    public var replicas: Int
    /// How many are ready.
    public var ready: Int
    /// Where it stands.
    public var state: State
    /// Why.
    public var reason: Reason?
    /// For people.
    public var message: String?
    /// The components that it has: `predictor`, `transformer`, `explainer`.
    public var components: [String]

    /// Names a revision.
    public init(name: String, variant: String? = nil, model: String? = nil, weight: Int = 0, state: State = .pending) {
        self.name = name
        self.variant = variant
        self.model = model
        self.weight = weight
        self.state = state
        replicas = 0
        ready = 0
        components = []
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case weight = "traffic"
        case name, variant, model, version, digest, uri, format, signature, runtime, mirror, replicas, ready, state,
            reason
        case message, components, `protocol`
    }
}

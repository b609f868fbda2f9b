import FairleadAPI
import KubernetesCore

/// What scaling needs of a Deployment.
struct ScaledDeployment: Resource, Hashable {
    static let type = ResourceType.deployment

    struct Spec: Sendable, Hashable, Decodable {
        var replicas: Int?
        var template: Template?
    }

    struct Template: Sendable, Hashable, Decodable {
        var metadata: TemplateMeta?
        var spec: PodSpec?
    }

    struct TemplateMeta: Sendable, Hashable, Decodable { var annotations: [String: String]? }

    struct PodSpec: Sendable, Hashable, Decodable { var containers: [Container]? }

    struct Container: Sendable, Hashable, Decodable { var resources: Resources? }

    struct Resources: Sendable, Hashable, Decodable { var requests: [String: JSONValue]? }

    struct Status: Sendable, Hashable, Decodable { var readyReplicas: Int? }

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    var metadata: ObjectMeta
    /// How many pods there are to be.
    var replicas: Int
    /// How many are ready.
    var ready: Int
    /// The cores that each of its pods asks for; nil where none are asked for.
    var requestedCores: Double?
    /// The annotations of its pods, which tell where their metrics are.
    var podAnnotations: [String: String] = [:]

    init(metadata: ObjectMeta, replicas: Int, ready: Int = 0, requestedCores: Double? = nil) {
        self.metadata = metadata
        self.replicas = replicas
        self.ready = ready
        self.requestedCores = requestedCores
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        let spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
        replicas = max(0, spec?.replicas ?? 1)
        ready = max(0, try container.decodeIfPresent(Status.self, forKey: .status)?.readyReplicas ?? 0)
        let requests = (spec?.template?.spec?.containers ?? []).compactMap { $0.resources?.requests?["cpu"]?.cores }
        podAnnotations = spec?.template?.metadata?.annotations ?? [:]
        requestedCores = requests.isEmpty ? nil : requests.reduce(0, +)
    }

    /// The service that it is of.
    var service: ObjectKey? {
        metadata.labels[FairleadLabel.inferenceService].map { ObjectKey(namespace: metadata.namespace, name: $0) }
    }

    /// The revision that it runs.
    var revision: String? { metadata.labels[FairleadLabel.revision] }

    /// The component that it runs.
    var component: ServiceComponent? { metadata.labels[FairleadLabel.component].flatMap(ServiceComponent.init) }
}

extension JSONValue {
    /// The cores that a quantity of CPU means, which may be a string or a number.
    var cores: Double? { (try? KubernetesJSON.decode(Quantity.self, from: self))?.doubleValue }
}

import FairleadAPI
import KubernetesCore

/// What decides how a revision answers, and so its name: the same content is the same revision.
///
/// Scale, rollout and weights are no part of it, nor is what the platform gives: Connections, profiles, our own image.
struct RevisionContent: Sendable, Hashable, Encodable {
    /// What a runtime contributes.
    struct Runtime: Sendable, Hashable, Encodable {
        var containers: [JSONValue]
        var port: Int
        var grpcPort: Int?
        var metrics: ServingRuntimeSpec.MetricsEndpoint?
        var podTemplate: JSONValue?

        init(_ spec: ServingRuntimeSpec) {
            containers = spec.containers
            port = spec.effectivePort
            grpcPort = spec.grpcPort
            metrics = spec.metrics
            podTemplate = spec.podTemplate
        }
    }

    /// The variant's name, `mirror` for the mirror, empty for a service of one model.
    var track: String
    var model: ResolvedModel?
    /// Nil for a container of the user's own.
    var runtime: Runtime?
    var container: ContainerSpec
    var port: Int?
    var `protocol`: InferenceProtocol
    var transformer: ComponentSpec?
    var explainer: ComponentSpec?
    /// The user's limits on which the pods depend.
    var ready: FairleadDuration?
    var request: FairleadDuration?

    /// The components, the model's server first.
    var components: [ServiceComponent] {
        [.predictor] + (transformer == nil ? [] : [.transformer]) + (explainer == nil ? [] : [.explainer])
    }

    /// The port on which a component's server listens.
    func port(of component: ServiceComponent) -> Int {
        switch component {
        case .predictor: port ?? runtime?.port ?? InferenceServiceSpec.defaultPort
        case .transformer: transformer?.effectivePort ?? InferenceServiceSpec.defaultPort
        case .explainer: explainer?.effectivePort ?? InferenceServiceSpec.defaultPort
        }
    }

    /// The port on which a component's server takes gRPC, nil where it takes none.
    func grpcPort(of component: ServiceComponent) -> Int? { component == .predictor ? runtime?.grpcPort : nil }

    /// What a component's container says.
    func container(of component: ServiceComponent) -> ContainerSpec {
        switch component {
        case .predictor: container
        case .transformer: transformer?.container ?? ContainerSpec()
        case .explainer: explainer?.container ?? ContainerSpec()
        }
    }

    /// The name of the revision of a service that has this content.
    func name(service: String) -> String {
        // What can't be written as JSON was not read from JSON.
        let text = (try? KubernetesJSON.value(of: self)).map { JSONWriter.string($0) } ?? ""
        return "\(service)-\(PodNaming.hash(text))"
    }
}

/// A revision that a track of a service should have.
struct WantedRevision: Sendable, Hashable {
    /// Its name.
    var name: String
    var content: RevisionContent
    /// The runtime's name, nil for a container of the user's own.
    var runtime: String?
    /// The registered version that it serves, nil for files that are in no registry.
    var version: Int64?
    /// What the model takes and gives, as it is registered: it decides nothing, and so is no part of the content.
    var signature: ModelSignature?
}

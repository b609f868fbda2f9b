public import FairleadAPI
public import KubernetesCore

/// The closed vocabulary of what a service's reconciler does.
public enum InferenceServiceAction: Sendable, Equatable {
    /// Make an object; one of that name is the service's, or stands in its way.
    case create(ResourceType, name: String, JSONValue)
    /// Merge into an object of the service's.
    case patch(ResourceType, name: String, JSONValue)
    /// Make a route, or bring it to where it should be.
    case route(name: String, JSONValue)
    /// Write the status.
    case patchStatus(InferenceServiceStatus)
    /// Delete an object; where its identity is given, that very one.
    case delete(ResourceType, name: String, uid: String?)
    /// Tell an event about the service.
    case note(PlannedEvent)
}

/// What a service's reconciler must do, and what its models' reconcilers must know of it.
public struct ServicePlan: Sendable {
    /// The actions.
    public var plan: Plan<InferenceServiceAction>
    /// The registered models that the service follows, and how far it is.
    public var followers: [ServiceFollower]
}

/// A service as one that follows a registered model.
public struct ServiceFollower: Sendable, Hashable {
    /// The Model's name.
    public var model: String
    /// How far it is.
    public var follower: ModelFollower

    /// The followers that a service has before it was looked at: nothing that it follows may move yet.
    public static func unknown(_ service: InferenceService) -> [ServiceFollower] {
        references(service).map { reference in
            ServiceFollower(
                model: reference.model,
                follower: ModelFollower(name: name(service), selector: reference.selector, outcome: .underWay))
        }
    }

    /// The registered models that a service names.
    public static func references(_ service: InferenceService) -> [ModelReference] {
        guard let spec = service.spec.value else { return [] }
        let models = spec.variants.isEmpty ? [spec.model] : spec.variants.map(\.model)
        return (models + [spec.mirror?.model]).compactMap { model in
            guard case .registered(let reference)? = model else { return nil }
            return reference
        }
    }

    static func name(_ service: InferenceService) -> String { "inferenceservice/\(service.metadata.name)" }
}

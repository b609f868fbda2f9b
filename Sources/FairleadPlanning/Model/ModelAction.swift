public import FairleadAPI
public import KubernetesCore

/// The closed vocabulary of what a model's reconciler does.
public enum ModelAction: Sendable, Equatable {
    /// Mark a version that somebody made by hand: its label, its owner, and what keeps it until it may go.
    case adopt(ObjectMeta, patch: JSONValue)
    /// Write the model's status.
    case patchModel(ModelStatus)
    /// Write a version's status.
    case patchVersion(ModelVersion, ModelVersionStatus)
    /// Let a version go that is being deleted.
    case release(ObjectMeta)
    /// Tell an event about the model: about one of its aliases, one of its versions, or itself.
    case note(PlannedEvent, alias: String?, version: String?)
    /// Tell an event about a version.
    case noteVersion(PlannedEvent, ObjectMeta)
}

public import FairleadAPI
public import KubernetesCore

/// The closed vocabulary of what a trigger's reconciler does.
public enum TriggerAction: Sendable, Equatable {
    /// Make a run or a job; its name is deterministic, so that one of ours which is there already is success.
    case create(ResourceType, name: String, object: JSONValue)
    /// Delete a run or a job, by name and identity.
    case delete(ResourceType, name: String, uid: String)
    /// Write the status.
    case patchStatus(TriggerStatus)
    /// Tell an event about the trigger.
    case note(PlannedEvent)
}

public import FairleadAPI
public import KubernetesCore

/// The closed vocabulary of what a run's reconciler does.
public enum PipelineRunAction: Sendable, Equatable {
    /// Write the status; `flushing` is how many ended tasks stand in it for the first time.
    case patchStatus(PipelineRunStatus, flushing: Int)
    /// Make pods; each name is deterministic, so that one which is there already is success.
    case createPods([PodRequest])
    /// Take our finalizer off pods; where `recorded`, label them as told in the status.
    case releasePods([AttemptView], recorded: Bool)
    /// Delete pods that outlived a time limit, by name and identity.
    case deletePods([AttemptView])
    /// Tell an event about the run.
    case note(PlannedEvent)
    /// Delete the run, which is past its time to live.
    case deleteRun
}

/// A pod to be made.
public struct PodRequest: Sendable, Hashable {
    /// The task's index in the run's shape.
    public var task: Int
    /// The pod's name.
    public var name: String
    /// The whole pod.
    public var pod: JSONValue

    /// Asks for a pod.
    public init(task: Int, name: String, pod: JSONValue) {
        self.task = task
        self.name = name
        self.pod = pod
    }
}

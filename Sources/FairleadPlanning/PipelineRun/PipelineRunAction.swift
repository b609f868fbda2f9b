public import FairleadAPI
public import KubernetesCore

/// The closed vocabulary of what a run's reconciler does.
public enum PipelineRunAction: Sendable, Equatable {
    /// Write what ended items wrote, before their end stands in the status.
    case writeItemOutputs([ItemOutputs.Chunk])
    /// Write a mapped task's lists of results.
    case writeLists(task: Int, [ItemOutputs.List])
    /// Write the status; `flushing` is how much of what ended stands in it for the first time.
    case patchStatus(PipelineRunStatus, flushing: Flush)
    /// Make pods; each name is deterministic, so that one which is there already is success.
    case createPods([PodRequest])
    /// Make nested runs and training jobs, likewise.
    case createChildren([ChildRequest])
    /// Ask nested runs and training jobs to end.
    case stopChildren([AttemptView], PipelineRunSpec.Shutdown)
    /// Apply services, without force and without owning them.
    case applyServices([ServiceRequest])
    /// Register models; each is found again by its source, so that one which is there already is success.
    case registerModels([ModelRequest])
    /// Take our finalizer off pods; where `recorded`, label them as told in the status.
    case releasePods([AttemptView], recorded: Bool)
    /// Delete pods that outlived a time limit, by name and identity; an overdue one unless it has changed since.
    case deletePods([AttemptView])
    /// Write on pods that they were pending for too long, unless they have changed since.
    case markPods([AttemptView])
    /// Delete recorded pods that nobody wants to keep, by selector.
    case removePods(selector: String)
    /// Read the end of what failed programs wrote, by task; what can't be read is left out.
    case readLogs([Int: String])
    /// Tell an event about the run.
    case note(PlannedEvent)
    /// Ask the cache about items before they are computed.
    case lookUpCache([CacheRequest])
    /// Write what was computed into the cache.
    case writeCache([CacheRecord])
    /// Make the pods of notifications.
    case sendNotifications([NotificationPod])
    /// Delete the run, which is past its time to live.
    case deleteRun
}

/// A pod to be made.
public struct PodRequest: Sendable, Hashable {
    /// The item whose attempt it is.
    public var item: ItemID
    /// The pod's name.
    public var name: String
    /// The whole pod.
    public var pod: JSONValue

    /// Asks for a pod.
    public init(item: ItemID, name: String, pod: JSONValue) {
        self.item = item
        self.name = name
        self.pod = pod
    }
}

public import FairleadAPI
public import KubernetesCore

/// The closed vocabulary of what a training job's reconciler does.
public enum TrainingJobAction: Sendable, Equatable {
    /// Make what the pods need beside themselves, the object that places them together among it.
    case prepare
    /// Write the status, which tells of an attempt before anything of it is done.
    case patchStatus(TrainingJobStatus, flushing: JobFlush)
    /// Make pods; each name is deterministic, so that one which is there already is success.
    case createPods([MemberRequest])
    /// Take our finalizer off pods; where `recorded`, label them as told in the status.
    case releasePods([MemberView], recorded: Bool)
    /// Delete pods, by name and identity; where others wait for their end, `isHurried`, even those that store files have
    /// only ``TrainingJobPlanner/hurriedGrace`` for it.
    case deletePods([MemberView], isHurried: Bool)
    /// Delete pods on lost nodes by force: nobody is there who could say that they ended.
    case forcePods([MemberView])
    /// Delete recorded pods that nobody wants to keep, by selector.
    case removePods(selector: String)
    /// Register models; each is found again by its source, so that one which is there already is success.
    case registerModels([ModelRegistration])
    /// Tell an event about the job.
    case note(PlannedEvent)
    /// Delete the job, which is past its time to live.
    case deleteJob
}

/// What of a ``GangTable`` a status tells.
public struct JobFlush: Sendable, Hashable {
    /// The gang's newest attempt.
    public var attempt: Int
    /// The newest change.
    public var revision: Int
    /// How many events are told with it.
    public var events: Int

    /// Says what a status tells.
    public init(attempt: Int, revision: Int, events: Int = 0) {
        self.attempt = attempt
        self.revision = revision
        self.events = events
    }
}

/// A pod of a job to be made.
public struct MemberRequest: Sendable, Hashable {
    /// The member whose pod it is.
    public var ordinal: Int
    /// The pod's name.
    public var name: String
    /// The whole pod.
    public var pod: JSONValue

    /// Asks for a pod.
    public init(ordinal: Int, name: String, pod: JSONValue) {
        self.ordinal = ordinal
        self.name = name
        self.pod = pod
    }
}

/// What planning a job depends on beside the job and its pods.
public struct JobSurroundings: Sendable, Hashable {
    /// Whether a queue lets the job have pods.
    public var admission: JobAdmission
    /// Whether the leader's log was read to its end, as far as anybody reads it.
    public var hasReadLog: Bool

    /// Describes the surroundings; none that matter unless it is said.
    public init(admission: JobAdmission = .unmanaged, hasReadLog: Bool = true) {
        self.admission = admission
        self.hasReadLog = hasReadLog
    }

    /// Why the job waits for a queue, nil where it does not.
    var queueStory: String? {
        switch admission {
        case .waiting(let story), .refused(let story): story
        case .unmanaged, .admitted: nil
        }
    }

    /// What a queue wants changed, by role.
    var updates: [String: PodSetUpdate] { if case .admitted(let updates) = admission { updates } else { [:] } }
}

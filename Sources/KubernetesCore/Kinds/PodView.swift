/// What a controller needs of a pod: identity, phase, and how its containers stand.
///
/// Decoded straight from a watch line; the rest of the pod is never materialised, and a view is never written back.
public struct PodView: Resource, Hashable {
    public static let type = ResourceType.pod

    /// The pod's metadata.
    public var metadata: ObjectMeta
    /// The part of the spec that is needed.
    public var spec: Spec
    /// The part of the status that is needed.
    public var status: Status

    /// The part of a pod's spec that controllers need.
    public struct Spec: Sendable, Hashable, Codable {
        /// The node to which the pod is bound.
        public var nodeName: String?
        /// How long its containers have to end when it is deleted, in seconds.
        public var terminationGracePeriodSeconds: Int64?

        /// Makes the part of a spec.
        public init(nodeName: String? = nil, terminationGracePeriodSeconds: Int64? = nil) {
            self.nodeName = nodeName
            self.terminationGracePeriodSeconds = terminationGracePeriodSeconds
        }
    }

    /// The part of a pod's status that controllers need.
    public struct Status: Sendable, Hashable, Codable {
        /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
        public var phase: String?
        /// Why the pod as a whole is in its phase, such as `Evicted`.
        public var reason: String?
        /// For people.
        public var message: String?
        /// When the kubelet saw the pod.
        public var startTime: Time?
        /// The pod's conditions.
        public var conditions: [PodCondition]?
        /// Init containers, in order.
        public var initContainerStatuses: [ContainerStatus]?
        /// Containers.
        public var containerStatuses: [ContainerStatus]?

        /// Makes the part of a status.
        public init(
            phase: String? = nil, reason: String? = nil, message: String? = nil, startTime: Time? = nil,
            conditions: [PodCondition]? = nil, initContainerStatuses: [ContainerStatus]? = nil,
            containerStatuses: [ContainerStatus]? = nil
        ) {
            self.phase = phase
            self.reason = reason
            self.message = message
            self.startTime = startTime
            self.conditions = conditions
            self.initContainerStatuses = initContainerStatuses
            self.containerStatuses = containerStatuses
        }
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec) ?? Spec()
        status = try container.decodeIfPresent(Status.self, forKey: .status) ?? Status()
    }

    /// Makes a view.
    public init(metadata: ObjectMeta, spec: Spec = Spec(), status: Status = Status()) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// A condition of a pod, whose times and reasons may be absent.
public struct PodCondition: Sendable, Hashable, Codable {
    /// The condition's name, such as `PodScheduled` or `DisruptionTarget`.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// For programs.
    public var reason: String?
    /// For people.
    public var message: String?
    /// When `status` last changed.
    public var lastTransitionTime: Time?

    /// Makes a condition.
    public init(
        type: String, status: String, reason: String? = nil, message: String? = nil, lastTransitionTime: Time? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.lastTransitionTime = lastTransitionTime
    }
}

/// How a container stands.
public struct ContainerStatus: Sendable, Hashable, Codable {
    /// The container's name.
    public var name: String
    /// The image as it runs.
    public var image: String?
    /// The image's digest.
    public var imageID: String?
    /// Whether its readiness holds.
    public var ready: Bool?
    /// Whether it has started.
    public var started: Bool?
    /// How often it was started again.
    public var restartCount: Int?
    /// The runtime's name for it.
    public var containerID: String?
    /// How it stands now.
    public var state: ContainerState?
    /// How its previous run ended.
    public var lastState: ContainerState?

    /// Makes a container's status.
    public init(
        name: String, image: String? = nil, imageID: String? = nil, ready: Bool? = nil, started: Bool? = nil,
        restartCount: Int? = nil, containerID: String? = nil, state: ContainerState? = nil,
        lastState: ContainerState? = nil
    ) {
        self.name = name
        self.image = image
        self.imageID = imageID
        self.ready = ready
        self.started = started
        self.restartCount = restartCount
        self.containerID = containerID
        self.state = state
        self.lastState = lastState
    }
}

/// The state of a container: exactly one of its members is set.
public struct ContainerState: Sendable, Hashable, Codable {
    /// Not yet started, and why.
    public struct Waiting: Sendable, Hashable, Codable {
        /// For programs, such as `ImagePullBackOff`.
        public var reason: String?
        /// For people.
        public var message: String?

        /// Makes a waiting state.
        public init(reason: String? = nil, message: String? = nil) {
            self.reason = reason
            self.message = message
        }
    }

    /// Started.
    public struct Running: Sendable, Hashable, Codable {
        /// When.
        public var startedAt: Time?

        /// Makes a running state.
        public init(startedAt: Time? = nil) { self.startedAt = startedAt }
    }

    /// Ended.
    public struct Terminated: Sendable, Hashable, Codable {
        /// The exit code; 128 and the signal's number where one ended it.
        public var exitCode: Int
        /// The signal that ended it.
        public var signal: Int?
        /// `Completed`, `Error`, `OOMKilled` and the like.
        public var reason: String?
        /// What the program wrote to its termination message file, or the end of its log.
        public var message: String?
        /// When it started.
        public var startedAt: Time?
        /// When it ended.
        public var finishedAt: Time?

        /// Makes a terminated state.
        public init(
            exitCode: Int, signal: Int? = nil, reason: String? = nil, message: String? = nil, startedAt: Time? = nil,
            finishedAt: Time? = nil
        ) {
            self.exitCode = exitCode
            self.signal = signal
            self.reason = reason
            self.message = message
            self.startedAt = startedAt
            self.finishedAt = finishedAt
        }
    }

    /// Set where the container waits.
    public var waiting: Waiting?
    /// Set where the container runs.
    public var running: Running?
    /// Set where the container has ended.
    public var terminated: Terminated?

    /// Makes a state.
    public init(waiting: Waiting? = nil, running: Running? = nil, terminated: Terminated? = nil) {
        self.waiting = waiting
        self.running = running
        self.terminated = terminated
    }
}

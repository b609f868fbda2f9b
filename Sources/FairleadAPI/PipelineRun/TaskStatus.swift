public import KubernetesCore

/// How a task of a run stands.
public struct TaskStatus: Sendable, Hashable, Codable {
    /// Where a task may stand.
    public enum Phase: String, NamedValue {
        case pending = "Pending"
        case queued = "Queued"
        case running = "Running"
        case suspended = "Suspended"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case skipped = "Skipped"
        case stopped = "Stopped"

        /// Whether nothing more will happen.
        public var isTerminal: Bool {
            switch self {
            case .succeeded, .failed, .skipped, .stopped: true
            case .pending, .queued, .running, .suspended: false
            }
        }
    }

    /// The task's name.
    public var name: String
    /// For people and columns.
    public var phase: Phase
    /// Why it is in its phase.
    public var reason: Reason?
    /// For people.
    public var message: String?
    /// How many pods were started for it.
    public var attempts: Int?
    /// Since when its pods, its nested run or its job are refused; nil where they are not.
    public var waitingSince: Time?
    /// When its first pod was made.
    public var startTime: Time?
    /// When it finished.
    public var completionTime: Time?
    /// What it wrote.
    public var results: [String: JSONValue]
    /// The files that it wrote.
    public var artifacts: [String: ArtifactReference]
    /// How its items stand, where it is mapped.
    public var map: MapStatus?
    /// The name of the nested run, where it is one and not mapped.
    public var child: String?
    /// The image that ran, by digest.
    public var imageID: String?
    /// Where its log is kept; of a mapped task the folder that has those of its items.
    public var logs: String?

    /// Tells how a task stands.
    public init(
        name: String, phase: Phase, reason: Reason? = nil, message: String? = nil, attempts: Int? = nil,
        startTime: Time? = nil, completionTime: Time? = nil, results: [String: JSONValue] = [:],
        artifacts: [String: ArtifactReference] = [:], map: MapStatus? = nil, child: String? = nil
    ) {
        self.name = name
        self.phase = phase
        self.reason = reason
        self.message = message
        self.attempts = attempts
        self.startTime = startTime
        self.completionTime = completionTime
        self.results = results
        self.artifacts = artifacts
        self.map = map
        self.child = child
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, phase, reason, message, attempts, startTime, completionTime, results, artifacts, map
        case child, imageID, logs, waitingSince
    }
}

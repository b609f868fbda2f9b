public import KubernetesCore

/// How a run stands.
public struct PipelineRunStatus: EndingStatus {
    /// Where a run may stand.
    public enum Phase: String, EndingPhase {
        case pending = "Pending"
        case queued = "Queued"
        case running = "Running"
        case suspended = "Suspended"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case stopped = "Stopped"

        /// Whether nothing more will happen.
        public var isTerminal: Bool {
            switch self {
            case .succeeded, .failed, .stopped: true
            case .pending, .queued, .running, .suspended: false
            }
        }
    }

    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// For people and columns.
    public var phase: Phase?
    /// Why it is in its phase.
    public var reason: Reason?
    /// For people.
    public var message: String?
    /// How many tasks are finished, of how many: `3/12`.
    public var progress: String?
    /// When the run started.
    public var startTime: Time?
    /// When it finished.
    public var completionTime: Time?
    /// How long it took, for people.
    public var duration: String?
    /// The name of the ConfigMap that holds what runs.
    public var specRef: String?
    /// The concurrency group in which it holds or awaits a slot.
    public var concurrencyGroup: String?
    /// The commits to which code from git was resolved, by repository and ref: all pods of the run have the same.
    public var commits: [String: String]
    /// How each task stands, in the pipeline's order.
    public var tasks: [TaskStatus]
    /// The run's results.
    public var results: [String: JSONValue]
    /// What was told of the run, or is to be.
    public var notifications: [NotificationRecord]
    /// The graph as text.
    public var graph: String?
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() {
        commits = [:]
        tasks = []
        results = [:]
        notifications = []
        conditions = []
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case observedGeneration, phase, reason, message, progress, startTime, completionTime, duration, specRef
        case concurrencyGroup, commits, tasks, results, notifications, graph, conditions
    }
}

public import KubernetesCore

/// How a job stands.
public struct TrainingJobStatus: EndingStatus {
    /// Where a job may stand.
    public enum Phase: String, EndingPhase {
        case pending = "Pending"
        case queued = "Queued"
        case running = "Running"
        /// The gang is being made anew.
        case restarting = "Restarting"
        case suspended = "Suspended"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case stopped = "Stopped"

        /// Whether nothing more will happen.
        public var isTerminal: Bool {
            switch self {
            case .succeeded, .failed, .stopped: true
            case .pending, .queued, .running, .restarting, .suspended: false
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
    /// When the first pod was made.
    public var startTime: Time?
    /// When the job finished.
    public var completionTime: Time?
    /// How long it took, for people.
    public var duration: String?
    /// The name of the ConfigMap that holds what runs.
    public var specRef: String?
    /// The framework, for columns.
    public var framework: String?
    /// How many nodes the gang has, all roles together.
    public var nodes: Int?
    /// How the pods of each role stand.
    public var replicas: [String: ReplicaStatus]
    /// The number of the gang's newest attempt, from 1.
    public var attempt: Int?
    /// How often the gang or a replica was started again.
    public var restarts: Int?
    /// How many attempts ended by the program's fault, which `retry.max` pays.
    public var failures: Int?
    /// How many attempts ended by the platform's fault, which its own budget pays.
    public var disruptions: Int?
    /// How much is done, such as `40%`.
    public var progress: String?
    /// The newest metrics, which are numbers.
    public var metrics: [String: JSONValue]
    /// When the metrics were read.
    public var metricsTime: Time?
    /// What the leader wrote.
    public var results: [String: JSONValue]
    /// The files that the leader wrote.
    public var artifacts: [String: ArtifactReference]
    /// The versions of models that its artifacts became, such as `churn:7`.
    public var models: [String]
    /// The commits to which code from git was resolved, by repository and ref: all pods of the job have the same.
    public var commits: [String: String]
    /// What places the pods together.
    public var gang: String?
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() {
        replicas = [:]
        metrics = [:]
        results = [:]
        artifacts = [:]
        models = []
        commits = [:]
        conditions = []
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case observedGeneration, phase, reason, message, startTime, completionTime, duration, specRef, framework, nodes
        case replicas, attempt, restarts, failures, disruptions, progress, metrics, metricsTime, results, artifacts
        case models, commits, gang, conditions
    }
}

public import KubernetesCore

/// What a run runs, and how.
public struct PipelineRunSpec: Sendable, Hashable, Codable {
    /// How a run is ended by hand.
    public enum Shutdown: String, NamedValue {
        /// Running tasks end, `finally` runs.
        case stop = "Stop"
        /// Everything ends at once.
        case terminate = "Terminate"
    }

    /// Which pods are kept when a run is finished.
    public enum PodRetention: String, NamedValue {
        case all = "All"
        case failed = "Failed"
        case none = "None"
    }

    /// The Pipeline's name; this or `pipelineSpec`.
    public var pipeline: String?
    /// A pipeline of the run's own, as JSON: it has no schema in the CRD, so that ``decodedPipelineSpec`` judges it.
    public var pipelineSpec: JSONValue?
    /// Values of parameters.
    public var params: [String: JSONValue]
    /// Whether no new pod is made.
    public var suspend: Bool?
    /// Whether the run is to end.
    public var shutdown: Shutdown?
    /// Decisions by people, by the name of the task that asks.
    public var approvals: [String: ApprovalDecision]
    /// How earlier outcomes are used.
    public var cache: CacheMode?
    /// A run whose outcomes are taken over.
    public var resumeFrom: ResumeFrom?
    /// How long the run may take, in seconds.
    public var activeDeadlineSeconds: Int64?
    /// How long a finished run stays, in seconds; seven days where it is left out.
    public var ttlSecondsAfterFinished: Int64?
    /// The queue that admits the run, by the name that Kueue gives it.
    public var queue: String?
    /// The ClusterProfile, for containers that name none.
    public var profile: String?
    /// Which pods stay.
    public var podRetention: PodRetention?

    /// Runs a pipeline by name.
    public init(pipeline: String, params: [String: JSONValue] = [:]) {
        self.pipeline = pipeline
        self.params = params
        approvals = [:]
    }

    /// Runs a pipeline of the run's own.
    public init(pipelineSpec: JSONValue, params: [String: JSONValue] = [:]) {
        self.pipelineSpec = pipelineSpec
        self.params = params
        approvals = [:]
    }

    /// The run's own pipeline, nil where the run names one.
    public var decodedPipelineSpec: Decoded<PipelineSpec>? {
        pipelineSpec.map { Decoded($0, at: FieldPath("spec")["pipelineSpec"]) }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case pipeline, pipelineSpec, params, suspend, shutdown, approvals, cache, resumeFrom
        case activeDeadlineSeconds, ttlSecondsAfterFinished, queue, profile, podRetention
    }
}

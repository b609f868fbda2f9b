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
    /// Decisions by people: not supported yet.
    public var approvals: JSONValue?
    /// How earlier outcomes are used: not supported yet.
    public var cache: JSONValue?
    /// A run whose outcomes are taken over: not supported yet.
    public var resumeFrom: JSONValue?
    /// How long the run may take, in seconds.
    public var activeDeadlineSeconds: Int64?
    /// How long a finished run stays, in seconds; seven days where it is left out.
    public var ttlSecondsAfterFinished: Int64?
    /// The queue: not supported yet.
    public var queue: JSONValue?
    /// The ClusterProfile: not supported yet.
    public var profile: JSONValue?
    /// Which pods stay.
    public var podRetention: PodRetention?

    /// Runs a pipeline by name.
    public init(pipeline: String, params: [String: JSONValue] = [:]) {
        self.pipeline = pipeline
        self.params = params
    }

    /// Runs a pipeline of the run's own.
    public init(pipelineSpec: JSONValue, params: [String: JSONValue] = [:]) {
        self.pipelineSpec = pipelineSpec
        self.params = params
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

public import KubernetesCore

/// What a trigger starts; exactly one of them is set.
public struct TriggerTemplate: Sendable, Hashable, Codable {
    /// A run.
    public var pipelineRun: RunTemplate?
    /// A training job: not supported yet.
    public var trainingJob: JSONValue?
    /// A tuning job: not supported yet.
    public var tuningJob: JSONValue?

    /// Starts runs.
    public init(pipelineRun: RunTemplate) { self.pipelineRun = pipelineRun }

    enum CodingKeys: String, CodingKey, CaseIterable { case pipelineRun, trainingJob, tuningJob }
}

/// A run to be made.
public struct RunTemplate: Sendable, Hashable, Codable {
    /// What a template may say about its run's metadata; the name comes from the trigger.
    public struct Metadata: Sendable, Hashable, Codable {
        /// Labels.
        public var labels: [String: String]
        /// Annotations.
        public var annotations: [String: String]

        /// Names labels and annotations.
        public init(labels: [String: String] = [:], annotations: [String: String] = [:]) {
            self.labels = labels
            self.annotations = annotations
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case labels, annotations }
    }

    /// Labels and annotations.
    public var metadata: Metadata?
    /// The run's spec as JSON; strings in its `params` may hold `$(trigger.…)`.
    public var spec: JSONValue

    /// Describes a run.
    public init(metadata: Metadata? = nil, spec: JSONValue) {
        self.metadata = metadata
        self.spec = spec
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case metadata, spec }
}

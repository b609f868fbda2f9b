public import KubernetesCore

/// What a trigger starts; exactly one of them is set.
public struct TriggerTemplate: Sendable, Hashable, Codable {
    /// A run.
    public var pipelineRun: RunTemplate?
    /// A training job.
    public var trainingJob: RunTemplate?
    /// A tuning job: not supported yet.
    public var tuningJob: JSONValue?

    /// Starts runs.
    public init(pipelineRun: RunTemplate) { self.pipelineRun = pipelineRun }

    /// Starts training jobs.
    public init(trainingJob: RunTemplate) { self.trainingJob = trainingJob }

    /// The kind of what is started, and how it is made; nil where nothing is named.
    public var child: (type: ResourceType, template: RunTemplate)? {
        pipelineRun.map { (.pipelineRun, $0) } ?? trainingJob.map { (.trainingJob, $0) }
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case pipelineRun, trainingJob, tuningJob }
}

/// A run, or a job, to be made.
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
    /// The spec as JSON; strings in a run's `params`, and in a job, may hold `$(trigger.…)`.
    public var spec: JSONValue

    /// Describes a run.
    public init(metadata: Metadata? = nil, spec: JSONValue) {
        self.metadata = metadata
        self.spec = spec
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case metadata, spec }
}

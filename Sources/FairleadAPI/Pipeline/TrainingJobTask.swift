/// A training job as a task of a pipeline: its results, artifacts and models are the task's.
public struct TrainingJobTask: Sendable, Hashable, Codable {
    /// The job's name, where the run may choose it freely; made from the run and the task where it is left out.
    public var name: String?
    /// What the job trains; its container inherits the pipeline's `defaults`.
    public var spec: TrainingJobTemplate

    /// Describes a job.
    public init(name: String? = nil, spec: TrainingJobTemplate) {
        self.name = name
        self.spec = spec
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, spec }
}

public import KubernetesCore

/// A node of a pipeline's graph: a container, or later another kind of work.
///
/// In the API the container's fields stand directly in the task.
public struct PipelineTask: Sendable, Hashable, Codable {
    /// The task's name, a DNS label.
    public var name: String
    /// Names of tasks that come before; those to which a reference leads are implied.
    public var dependsOn: [String]
    /// A condition in CEL: not supported yet.
    public var when: JSONValue?
    /// What must hold of the tasks before: not supported yet.
    public var runWhen: JSONValue?
    /// One pod for each item: not supported yet.
    public var map: JSONValue?
    /// Whether an earlier outcome may be taken: not supported yet.
    public var cache: JSONValue?
    /// A condition that fails the run: not supported yet.
    public var check: JSONValue?
    /// A nested TrainingJob: not supported yet.
    public var trainingJob: JSONValue?
    /// A nested TuningJob: not supported yet.
    public var tuningJob: JSONValue?
    /// A nested run of another pipeline: not supported yet.
    public var pipeline: JSONValue?
    /// A decision by people: not supported yet.
    public var approval: JSONValue?
    /// A ModelVersion: not supported yet.
    public var model: JSONValue?
    /// An InferenceService: not supported yet.
    public var inferenceService: JSONValue?
    /// What runs.
    public var container: ContainerSpec

    /// Makes a task.
    public init(name: String, dependsOn: [String] = [], container: ContainerSpec) {
        self.name = name
        self.dependsOn = dependsOn
        self.container = container
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, dependsOn, when, runWhen, map, cache, check, trainingJob, tuningJob, pipeline, approval, model
        case inferenceService
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        dependsOn = try fields.decode([String].self, forKey: .dependsOn)
        when = try fields.decodeIfPresent(JSONValue.self, forKey: .when)
        runWhen = try fields.decodeIfPresent(JSONValue.self, forKey: .runWhen)
        map = try fields.decodeIfPresent(JSONValue.self, forKey: .map)
        cache = try fields.decodeIfPresent(JSONValue.self, forKey: .cache)
        check = try fields.decodeIfPresent(JSONValue.self, forKey: .check)
        trainingJob = try fields.decodeIfPresent(JSONValue.self, forKey: .trainingJob)
        tuningJob = try fields.decodeIfPresent(JSONValue.self, forKey: .tuningJob)
        pipeline = try fields.decodeIfPresent(JSONValue.self, forKey: .pipeline)
        approval = try fields.decodeIfPresent(JSONValue.self, forKey: .approval)
        model = try fields.decodeIfPresent(JSONValue.self, forKey: .model)
        inferenceService = try fields.decodeIfPresent(JSONValue.self, forKey: .inferenceService)
        container = try ContainerSpec(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(dependsOn, forKey: .dependsOn)
        try fields.encodeIfPresent(when, forKey: .when)
        try fields.encodeIfPresent(runWhen, forKey: .runWhen)
        try fields.encodeIfPresent(map, forKey: .map)
        try fields.encodeIfPresent(cache, forKey: .cache)
        try fields.encodeIfPresent(check, forKey: .check)
        try fields.encodeIfPresent(trainingJob, forKey: .trainingJob)
        try fields.encodeIfPresent(tuningJob, forKey: .tuningJob)
        try fields.encodeIfPresent(pipeline, forKey: .pipeline)
        try fields.encodeIfPresent(approval, forKey: .approval)
        try fields.encodeIfPresent(model, forKey: .model)
        try fields.encodeIfPresent(inferenceService, forKey: .inferenceService)
        try container.encode(to: encoder)
    }
}

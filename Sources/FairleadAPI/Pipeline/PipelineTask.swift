import KubernetesCore

/// A node of a pipeline's graph.
///
/// In the API the fields of its work stand directly in the task: those of a container as they are, any other kind
/// of work under its name.
public struct PipelineTask: Sendable, Hashable, Codable {
    /// The task's name, a DNS label.
    public var name: String
    /// Names of tasks that come before; those to which an expression refers are implied.
    public var dependsOn: [String]
    /// A condition in CEL: where it is false, the task is skipped.
    public var when: String?
    /// What must hold of the tasks before; all must have succeeded where it is left out.
    public var runWhen: RunWhen?
    /// Runs the task once for each item.
    public var map: MapSpec?
    /// Allows that an earlier outcome is taken.
    public var cache: CacheSpec?
    /// What the task does.
    public var work: TaskWork

    /// Makes a task that runs a program.
    public init(name: String, dependsOn: [String] = [], container: ContainerSpec) {
        self.init(name: name, dependsOn: dependsOn, work: .container(container))
    }

    /// Makes a task.
    public init(name: String, dependsOn: [String] = [], work: TaskWork) {
        self.name = name
        self.dependsOn = dependsOn
        self.work = work
    }

    /// The program in its pod; an empty one, which stays so, where the task does something else.
    public var container: ContainerSpec {
        get { if case .container(let container) = work { container } else { ContainerSpec() } }
        set { if case .container = work { work = .container(newValue) } }
    }

    /// What runs in the task's pods, or in those of its training job; nil where the task runs no program.
    public var program: ContainerSpec? {
        switch work {
        case .container(let container): container
        case .trainingJob(let job): job.spec.container
        case .check, .pipeline, .approval, .model, .tuningJob, .inferenceService: nil
        }
    }

    /// Whether the task runs a program in a pod.
    public var hasContainer: Bool { if case .container = work { true } else { false } }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, dependsOn, when, runWhen, map, cache, check, trainingJob, tuningJob, pipeline, approval, model
        case inferenceService

        /// The keys of work that is no container.
        static let work: [CodingKeys] = [
            .check, .trainingJob, .tuningJob, .pipeline, .approval, .model, .inferenceService,
        ]
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        dependsOn = try fields.decode([String].self, forKey: .dependsOn)
        when = try fields.decodeIfPresent(String.self, forKey: .when)
        runWhen = try fields.decodeIfPresent(RunWhen.self, forKey: .runWhen)
        map = try fields.decodeIfPresent(MapSpec.self, forKey: .map)
        cache = try fields.decodeIfPresent(CacheSpec.self, forKey: .cache)
        let container = try ContainerSpec(from: decoder)
        let given = CodingKeys.work.filter { fields.contains($0) }
        guard let kind = given.first else {
            work = .container(container)
            return
        }
        guard given.count == 1, container == ContainerSpec() else {
            let names = given.map(\.rawValue).joined(separator: ", ")
            let message =
                given.count > 1 ? "takes only one of \(names)" : "\(names) takes no fields of a container beside it"
            throw FieldProblem(message).error(at: decoder)
        }
        work = try Self.work(kind, fields)
    }

    private static func work(
        _ kind: CodingKeys, _ fields: KeyedDecodingContainer<CodingKeys>
    ) throws -> TaskWork {
        switch kind {
        case .check: .check(try fields.decode(CheckSpec.self, forKey: kind))
        case .pipeline: .pipeline(try fields.decode(NestedPipeline.self, forKey: kind))
        case .approval: .approval(try fields.decode(ApprovalSpec.self, forKey: kind))
        case .model: .model(try fields.decode(ModelTask.self, forKey: kind))
        case .trainingJob: .trainingJob(try fields.decode(TrainingJobTask.self, forKey: kind))
        case .tuningJob: .tuningJob(try fields.decode(JSONValue.self, forKey: kind))
        default: .inferenceService(try fields.decode(InferenceServiceTask.self, forKey: kind))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(dependsOn, forKey: .dependsOn)
        try fields.encodeIfPresent(when, forKey: .when)
        try fields.encodeIfPresent(runWhen, forKey: .runWhen)
        try fields.encodeIfPresent(map, forKey: .map)
        try fields.encodeIfPresent(cache, forKey: .cache)
        switch work {
        case .container(let container): try container.encode(to: encoder)
        case .check(let check): try fields.encode(check, forKey: .check)
        case .pipeline(let pipeline): try fields.encode(pipeline, forKey: .pipeline)
        case .approval(let approval): try fields.encode(approval, forKey: .approval)
        case .model(let model): try fields.encode(model, forKey: .model)
        case .trainingJob(let job): try fields.encode(job, forKey: .trainingJob)
        case .tuningJob(let job): try fields.encode(job, forKey: .tuningJob)
        case .inferenceService(let service): try fields.encode(service, forKey: .inferenceService)
        }
    }
}

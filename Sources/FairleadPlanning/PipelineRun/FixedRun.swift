public import FairleadAPI
public import KubernetesCore

/// What a run runs, fixed before its first pod in the immutable ConfigMap `<run>-spec`: later edits change nothing.
public struct FixedRun: FixedSpec, Hashable {
    public static let noun = "pipeline"
    public static let owner = "run"

    /// The pipeline's name, nil where the run brought its own.
    public var pipeline: String?
    /// The pipeline; every task stands complete, with what `defaults` gave it.
    public var spec: PipelineSpec
    /// The value of every parameter.
    public var params: [String: JSONValue]
    /// What was taken over from the run that this one resumes; nil where it resumes none.
    public var recovered: [TaskStatus]?
    /// What of the run's spec has no effect any more when it is changed.
    public var fields: FixedFields?

    /// Fixes a run.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline's name.
    ///   - spec: The pipeline as written; its defaults are merged into the tasks.
    ///   - params: The value of every parameter.
    public init(pipeline: String?, spec: PipelineSpec, params: [String: JSONValue]) {
        self.pipeline = pipeline
        self.params = params
        self.spec = spec
        self.spec.tasks = spec.tasks.map { Self.complete($0, spec.defaults) }
        self.spec.finally = spec.finally.map { Self.complete($0, spec.defaults) }
        self.spec.defaults = nil
    }

    /// The fields that may be changed while the run goes on.
    private static let mutable: Set<String> = [
        "suspend", "shutdown", "approvals", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "podRetention",
    ]

    /// Notes what the run's spec says now.
    mutating func fix(_ spec: PipelineRunSpec) { fields = FixedFields(spec, except: Self.mutable) }

    /// The fields of the run's spec that have no effect any more, since they are others now.
    func changes(in spec: Decoded<PipelineRunSpec>) -> [String] {
        guard let fields else { return [] }
        return spec.value.map { fields.changes(in: $0, except: Self.mutable) } ?? ["spec"]
    }

    private static func complete(_ task: PipelineTask, _ defaults: ContainerSpec?) -> PipelineTask {
        var task = task
        task.container = task.container.merged(over: defaults)
        if case .trainingJob(var job) = task.work {
            job.spec = job.spec.merged(over: defaults)
            task.work = .trainingJob(job)
        }
        return task
    }

    /// The tasks, those of `finally` last, as ``RunShape`` counts them.
    public var tasks: [PipelineTask] { spec.tasks + spec.finally }

    /// The task of an index of ``RunShape``, nil where there is none.
    public func task(at index: Int) -> PipelineTask? {
        if spec.tasks.indices.contains(index) { return spec.tasks[index] }
        let last = index - spec.tasks.count
        return spec.finally.indices.contains(last) ? spec.finally[last] : nil
    }

    /// The registered models that tasks read, as they are named.
    public var modelInputs: [String] {
        Set(tasks.flatMap { $0.container.inputs.values.compactMap(\.model) }).sorted()
    }

    /// The ConfigMap.
    ///
    /// - Parameter run: The run's metadata, which owns it.
    /// - Throws: ``TaskProblem`` where the whole would not fit into a ConfigMap.
    public func configMap(run: ObjectMeta) throws(TaskProblem) -> JSONValue {
        var scripts: [String: String] = [:]
        for task in tasks {
            scripts[SpecMap.scriptKey(task.name)] = task.container.script ?? task.container.python
        }
        return try SpecMap.object(self, of: owner(run: run), files: scripts)
    }

    /// What all pods of the run have in common.
    func owner(run: ObjectMeta) -> PodOwner {
        var labels = [FairleadLabel.run: run.name, FairleadLabel.managedBy: FairleadLabel.managedByValue]
        if let pipeline, pipeline.utf8.count <= 63 { labels[FairleadLabel.pipeline] = pipeline }
        return PodOwner(.pipelineRun, run, labels: labels, params: params)
    }
}

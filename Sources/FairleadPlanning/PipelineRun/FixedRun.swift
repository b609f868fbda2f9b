public import FairleadAPI
public import KubernetesCore

/// What a run runs, fixed before its first pod in the immutable ConfigMap `<run>-spec`: later edits change nothing.
public struct FixedRun: Sendable, Hashable, Codable {
    /// The pipeline's name, nil where the run brought its own.
    public var pipeline: String?
    /// The pipeline; every task stands complete, with what `defaults` gave it.
    public var spec: PipelineSpec
    /// The value of every parameter.
    public var params: [String: JSONValue]
    /// What was taken over from the run that this one resumes; nil where it resumes none.
    public var recovered: [TaskStatus]?

    /// The key of the document itself.
    public static let specKey = "spec.json"
    /// The key of the parameters, which pods mount.
    public static let paramsKey = "params.json"

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

    private static func complete(_ task: PipelineTask, _ defaults: ContainerSpec?) -> PipelineTask {
        var task = task
        task.container = task.container.merged(over: defaults)
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

    /// The key under which a task's script stands.
    public static func scriptKey(_ task: String) -> String { "script.\(task)" }

    /// The ConfigMap.
    ///
    /// - Parameter run: The run's metadata, which owns it.
    /// - Throws: ``TaskProblem`` where the whole would not fit into a ConfigMap.
    public func configMap(run: ObjectMeta) throws(TaskProblem) -> JSONValue {
        var data: [String: JSONValue] = [:]
        do {
            data[Self.specKey] = .string(String(decoding: try KubernetesJSON.encode(self), as: UTF8.self))
        } catch {
            throw TaskProblem(.invalidSpec, "the pipeline can't be written as JSON: \(error)")
        }
        data[Self.paramsKey] = .string(JSONWriter.string(.object(params)))
        for task in tasks {
            guard let text = task.container.script ?? task.container.python else { continue }
            data[Self.scriptKey(task.name)] = .string(text)
        }
        let size = data.values.reduce(0) { $0 + ($1.stringValue?.utf8.count ?? 0) }
        guard size <= 1_000_000 else {
            throw TaskProblem(
                .invalidSpec,
                "the pipeline with its scripts and parameters is \(size) bytes; at most 1,000,000 fit in a ConfigMap")
        }
        var labels = [FairleadLabel.run: run.name, FairleadLabel.managedBy: FairleadLabel.managedByValue]
        if let pipeline, pipeline.utf8.count <= 63 { labels[FairleadLabel.pipeline] = pipeline }
        let owner = OwnerReference(controller: .pipelineRun, metadata: run)
        return [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": .string(PodNaming.specName(run: run.name)), "namespace": .string(run.namespace ?? "default"),
                "labels": .object(labels.mapValues { .string($0) }), "ownerReferences": [owner.json],
            ],
            "immutable": true, "data": .object(data),
        ]
    }

    /// Reads the ConfigMap of a run.
    ///
    /// - Throws: ``TaskProblem`` where it is not that of this run, or can't be read.
    public init(configMap: JSONValue, run: ObjectMeta) throws(TaskProblem) {
        let owners = configMap[path: ["metadata", "ownerReferences"]]?.arrayValue ?? []
        guard owners.contains(where: { $0["uid"]?.stringValue == run.uid }) else {
            throw TaskProblem(
                .invalidSpec,
                "ConfigMap \"\(PodNaming.specName(run: run.name))\" exists and does not belong to this run")
        }
        guard let text = configMap[path: ["data", Self.specKey]]?.stringValue,
            let fixed = try? KubernetesJSON.decode(FixedRun.self, from: text.utf8)
        else {
            throw TaskProblem(
                .invalidSpec, "ConfigMap \"\(PodNaming.specName(run: run.name))\" does not hold a pipeline")
        }
        self = fixed
    }
}

extension OwnerReference {
    /// The reference as JSON.
    var json: JSONValue {
        var value: JSONValue = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
        ]
        if let controller { value["controller"] = .bool(controller) }
        if let blockOwnerDeletion { value["blockOwnerDeletion"] = .bool(blockOwnerDeletion) }
        return value
    }
}

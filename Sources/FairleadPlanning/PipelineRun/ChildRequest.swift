import FairleadAPI
public import KubernetesCore

/// A nested run, or a training job, to be made for an item of a task.
public struct ChildRequest: Sendable, Hashable {
    /// The item.
    public var item: ItemID
    /// What is made.
    public var type: ResourceType
    /// Its name.
    public var name: String
    /// The name that it gets where somebody else's object has that one; nil where no other can have it.
    public var spareName: String?
    /// The whole object.
    public var object: JSONValue

    /// The same under its spare name, nil where there is none.
    public var spare: ChildRequest? {
        guard let spareName else { return nil }
        var spare = self
        spare.name = spareName
        spare.spareName = nil
        spare.object[path: ["metadata", "name"]] = .string(spareName)
        return spare
    }

    /// Whether an object that is there already is the one that this asks for.
    public func isAnswered(by found: ObjectMeta) -> Bool {
        guard let asked = try? KubernetesJSON.decode(ObjectMeta.self, from: object["metadata"] ?? [:]) else {
            return false
        }
        let labels = [FairleadLabel.task, FairleadLabel.itemIndex]
        return found.controller?.uid == asked.controller?.uid
            && labels.allSatisfy { found.labels[$0] == asked.labels[$0] }
    }
}

extension ChildRequest {
    /// What stands for an item.
    ///
    /// - Throws: ``TaskProblem`` where it refers to what is not there, or is wrong with what that is.
    init(_ id: ItemID, run: PipelineRun, fixed: FixedRun, table: RunTable) throws(TaskProblem) {
        guard let task = fixed.task(at: id.task) else {
            throw TaskProblem(.invalidSpec, "no task has the index \(id.task)")
        }
        var scope = RunScope.scope(of: task.references(), run: run, fixed: fixed, table: table)
        if let items = table.entries[id.task].items, let item = items.value(at: id.item) {
            scope.item = item
            scope.itemIndex = id.item
        }
        item = id
        name = PodNaming.podName(
            run: run.metadata.name, runUID: run.metadata.uid, task: task.name, index: id.item, attempt: 1)
        var annotations = [PodNaming.attemptAnnotation: "1"]
        let spec: JSONValue
        switch task.work {
        case .pipeline(let nested):
            type = .pipelineRun
            spec = try Self.spec(nested, run: run, in: scope)
            annotations[PodNaming.depthAnnotation] = String(try Self.depth(nested, run: run))
        case .trainingJob(let job):
            type = .trainingJob
            spec = try Self.spec(job, run: run, in: scope)
            if let own = job.name, task.map == nil {
                spareName = name
                name = own
            }
        default: throw TaskProblem(.invalidSpec, "task \"\(task.name)\" is neither a pipeline nor a TrainingJob")
        }
        var metadata = ObjectMeta(
            name: name, namespace: run.metadata.namespace ?? "default",
            labels: [
                FairleadLabel.managedBy: FairleadLabel.managedByValue, FairleadLabel.run: run.metadata.name,
                FairleadLabel.task: task.name,
            ], annotations: annotations,
            ownerReferences: [OwnerReference(controller: .pipelineRun, metadata: run.metadata)])
        if task.map != nil { metadata.labels[FairleadLabel.itemIndex] = String(id.item) }
        guard let described = try? KubernetesJSON.value(of: metadata) else {
            throw TaskProblem(.invalidSpec, "the metadata of \(name) cannot be written")
        }
        object = [
            "apiVersion": .string(type.gvk.apiVersion), "kind": .string(type.gvk.kind), "metadata": described,
            "spec": spec,
        ]
    }

    private static func spec(
        _ nested: NestedPipeline, run: PipelineRun, in scope: Scope
    ) throws(TaskProblem) -> JSONValue {
        var params: [String: JSONValue] = [:]
        for (name, value) in nested.params {
            do throws(ExpressionError) {
                params[name] = try TemplateValue.evaluate(value, in: scope)
            } catch {
                throw TaskProblem(.expressionFailed, "pipeline.params.\(name): \(error)")
            }
        }
        var spec: JSONValue = ["pipeline": .string(nested.name), "params": .object(params)]
        if let cache = run.spec.value?.cache { spec["cache"] = .string(cache.rawValue) }
        if let queue = run.spec.value?.queue { spec["queue"] = .string(queue) }
        if let profile = run.spec.value?.profile { spec["profile"] = .string(profile) }
        return spec
    }

    /// How many runs the nested one is in.
    private static func depth(_ nested: NestedPipeline, run: PipelineRun) throws(TaskProblem) -> Int {
        let depth = (run.metadata.annotations[PodNaming.depthAnnotation].flatMap { Int($0) } ?? 0) + 1
        guard depth <= Limits.published.nesting else {
            throw TaskProblem(
                .invalidSpec, "pipeline \(nested.name) would be nested more than \(Limits.published.nesting) deep")
        }
        return depth
    }

    private static func spec(
        _ job: TrainingJobTask, run: PipelineRun, in scope: Scope
    ) throws(TaskProblem) -> JSONValue {
        do throws(InvalidSpec) {
            var spec = try job.spec.spec(in: scope, at: FieldPath("trainingJob")["spec"])
            if spec["queue"] == nil { spec["queue"] = (run.spec.value?.queue).map { .string($0) } }
            if spec["profile"] == nil { spec["profile"] = (run.spec.value?.profile).map { .string($0) } }
            return spec
        } catch {
            throw TaskProblem(.invalidSpec, error.message)
        }
    }
}

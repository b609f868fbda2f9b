import FairleadAPI
public import KubernetesCore

/// A nested run to be made.
public struct ChildRequest: Sendable, Hashable {
    /// The item.
    public var item: ItemID
    /// The nested run's name.
    public var name: String
    /// The whole PipelineRun.
    public var run: JSONValue
}

extension ChildRequest {
    /// The nested run of an item.
    ///
    /// - Throws: ``TaskProblem`` where its parameters lead nowhere.
    init(_ id: ItemID, run: PipelineRun, fixed: FixedRun, table: RunTable) throws(TaskProblem) {
        guard let task = fixed.task(at: id.task), case .pipeline(let nested) = task.work else {
            throw TaskProblem(.invalidSpec, "task \"\(table.shape.tasks[id.task].name)\" names no pipeline")
        }
        var scope = RunScope.scope(of: nested.references, run: run, fixed: fixed, table: table)
        if let items = table.entries[id.task].items, let item = items.value(at: id.item) {
            scope.item = item
            scope.itemIndex = id.item
        }
        var params: [String: JSONValue] = [:]
        for (name, value) in nested.params {
            do throws(ExpressionError) {
                params[name] = try TemplateValue.evaluate(value, in: scope)
            } catch {
                throw TaskProblem(.expressionFailed, "pipeline.params.\(name): \(error)")
            }
        }
        let name = PodNaming.podName(
            run: run.metadata.name, runUID: run.metadata.uid, task: task.name, index: id.item, attempt: 1)
        var labels: [String: JSONValue] = [
            FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
            FairleadLabel.run: .string(run.metadata.name), FairleadLabel.task: .string(task.name),
        ]
        if task.map != nil { labels[FairleadLabel.itemIndex] = .string(String(id.item)) }
        var spec: JSONValue = ["pipeline": .string(nested.name), "params": .object(params)]
        if let cache = run.spec.value?.cache { spec["cache"] = .string(cache.rawValue) }
        if let queue = run.spec.value?.queue { spec["queue"] = .string(queue) }
        if let profile = run.spec.value?.profile { spec["profile"] = .string(profile) }
        let depth = (run.metadata.annotations[PodNaming.depthAnnotation].flatMap { Int($0) } ?? 0) + 1
        guard depth <= Limits.published.nesting else {
            throw TaskProblem(
                .invalidSpec, "pipeline \(nested.name) would be nested more than \(Limits.published.nesting) deep")
        }
        item = id
        self.name = name
        self.run = [
            "apiVersion": .string(FairleadGroup.apiVersion), "kind": "PipelineRun",
            "metadata": [
                "name": .string(name), "namespace": .string(run.metadata.namespace ?? "default"),
                "labels": .object(labels),
                "annotations": [
                    PodNaming.attemptAnnotation: "1", PodNaming.depthAnnotation: .string(String(depth)),
                ],
                "ownerReferences": [OwnerReference(controller: .pipelineRun, metadata: run.metadata).json],
            ],
            "spec": spec,
        ]
    }
}

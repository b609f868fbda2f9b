import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// What a graph is drawn of.
enum RunGraph {
    /// The nodes of a pipeline, with the phases of a run's tasks.
    ///
    /// - Parameters:
    ///   - spec: The pipeline.
    ///   - tasks: The run's tasks; nil where the drawing is of the pipeline alone.
    static func nodes(_ spec: PipelineSpec, tasks: [TaskStatus]? = nil) -> [GraphRenderer.Node] {
        let graph = PipelineGraph(spec)
        let definitions = spec.tasks + spec.finally
        let statuses = tasks.map { tasks in
            Dictionary(tasks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        return graph.names.enumerated().map { index, name in
            let status = statuses?[name]
            return GraphRenderer.Node(
                name: name, dependencies: graph.dependencies[index].map { graph.names[$0] },
                isFinally: graph.isFinally(index),
                phase: statuses.map { _ in (status?.phase ?? .pending).rawValue }, shape: shape(definitions[index]),
                marks: marks(definitions[index], status))
        }
    }

    private static func shape(_ task: PipelineTask) -> GraphRenderer.Shape {
        switch task.work {
        case .check: .check
        case .approval: .approval
        case .pipeline, .trainingJob: .nested
        default: .work
        }
    }

    /// What is to be known of a task beside its name and phase.
    private static func marks(_ task: PipelineTask, _ status: TaskStatus?) -> [String] {
        var marks: [String] = []
        switch task.work {
        case .check: marks.append("check")
        case .approval: marks.append("approval")
        case .pipeline(let nested): marks.append("pipeline \(nested.name)")
        case .trainingJob: marks.append("training job")
        case .model(let model): marks.append("model \(model.name)")
        default: break
        }
        if task.when != nil { marks.append("when") }
        if let runWhen = task.runWhen, runWhen != .allSucceeded { marks.append(runWhen.rawValue) }
        if task.map != nil { marks.append(status?.map.map { "map \($0.summary)" } ?? "map") }
        if task.cache != nil { marks.append("cache") }
        if let reason = status?.reason, reason.rawValue != status?.phase.rawValue { marks.append(reason.rawValue) }
        return marks
    }

    /// What was fixed when a run started; nil where it has not started, or where that can no longer be read.
    static func fixed(_ run: PipelineRun, _ client: Client) async -> FixedRun? {
        guard let name = run.status.specRef else { return nil }
        let key = ObjectKey(namespace: run.metadata.namespace, name: name)
        guard let object = try? await client.get(.configMap, key) else { return nil }
        return try? FixedRun(configMap: object, of: run.metadata)
    }
}

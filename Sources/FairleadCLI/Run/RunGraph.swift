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
        let phases = tasks.map { tasks in
            Dictionary(tasks.map { ($0.name, $0.phase.rawValue) }, uniquingKeysWith: { first, _ in first })
        }
        return graph.names.enumerated().map { index, name in
            GraphRenderer.Node(
                name: name, dependencies: graph.dependencies[index].map { graph.names[$0] },
                isFinally: graph.isFinally(index),
                phase: phases.map { $0[name] ?? TaskStatus.Phase.pending.rawValue })
        }
    }

    /// What was fixed when a run started; nil where it has not started, or where that can no longer be read.
    static func fixed(_ run: PipelineRun, _ client: Client) async -> FixedRun? {
        guard let name = run.status.specRef else { return nil }
        let key = ObjectKey(namespace: run.metadata.namespace, name: name)
        guard let object = try? await client.get(.configMap, key) else { return nil }
        return try? FixedRun(configMap: object, run: run.metadata)
    }
}

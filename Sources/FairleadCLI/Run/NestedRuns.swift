import FairleadAPI
import KubernetesClient
import KubernetesCore

/// The nested runs of a run, by name, as far as its tasks name them.
struct NestedRuns: Sendable, Hashable {
    /// How deep nested runs are shown.
    static let deepest = 3

    private var runs: [String: PipelineRun] = [:]

    /// None.
    init() {}

    /// Those of a run's tasks, and theirs; one that cannot be read is left out.
    init(of run: PipelineRun, _ cluster: Cluster) async {
        var level = [run]
        for _ in 0..<Self.deepest {
            var next: [PipelineRun] = []
            for name in level.flatMap(\.status.tasks).compactMap(\.child) where runs[name] == nil {
                guard let child = try? await cluster.client.get(PipelineRun.self, cluster.key(name)) else { continue }
                set(child)
                next.append(child)
            }
            level = next
        }
    }

    /// The selector of the nested runs of a run's tasks; those of mapped tasks are counted, not shown.
    static func selector(run: String) -> String { "\(FairleadLabel.run)=\(run),!\(FairleadLabel.itemIndex)" }

    /// The run that is a task.
    func run(of task: TaskStatus) -> PipelineRun? { task.child.flatMap { runs[$0] } }

    /// Adds a run, or its new state.
    mutating func set(_ run: PipelineRun) { runs[run.metadata.name] = run }
}

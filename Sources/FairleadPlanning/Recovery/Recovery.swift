import FairleadAPI
import KubernetesCore

/// Decides which outcomes of an earlier run a new one takes over.
///
/// A task is recovered where it succeeded, means the same in both runs, and neither it nor anything before it is to be
/// run again. Of a mapped task that did not end well, the items that did are recovered.
struct Recovery {
    private let fixed: FixedRun
    private let source: RecoverySource
    private let rerun: Set<String>

    /// Compares two runs.
    ///
    /// - Parameters:
    ///   - fixed: What the new run runs.
    ///   - source: The earlier run.
    ///   - rerun: The names of tasks that are to be run again whatever became of them.
    init(_ fixed: FixedRun, from source: RecoverySource, rerun: [String]) {
        self.fixed = fixed
        self.source = source
        self.rerun = Set(rerun)
    }

    /// What stands of the new run's tasks before it starts, those of which nothing is recovered left out.
    func facts() -> [TaskStatus] {
        let graph = PipelineGraph(fixed.spec)
        let earlier = Dictionary(
            source.run.status.tasks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let tasks = fixed.tasks
        var recovered: Set<Int> = []
        var facts: [Int: TaskStatus] = [:]
        for index in graph.topologicalOrder where !graph.isFinally(index) {
            let task = tasks[index]
            guard !rerun.contains(task.name), !task.isApproval, let status = earlier[task.name],
                graph.dependencies[index].allSatisfy(recovered.contains), isSame(task)
            else { continue }
            if status.phase == .succeeded {
                recovered.insert(index)
                facts[index] = Self.fact(status, from: source.run)
            } else if let map = status.map, let completed = map.completedIndexes, !completed.isEmpty {
                var fact = TaskStatus(name: task.name, phase: .pending)
                fact.map = MapStatus(total: map.total, active: 0, completedIndexes: completed)
                facts[index] = fact
            }
        }
        return facts.sorted { $0.key < $1.key }.map(\.value)
    }

    private func isSame(_ task: PipelineTask) -> Bool {
        guard let earlier = source.fixed.tasks.first(where: { $0.name == task.name }) else { return false }
        return Computation.definition(of: task, params: fixed.params)
            == Computation.definition(of: earlier, params: source.fixed.params)
    }

    private static func fact(_ status: TaskStatus, from run: PipelineRun) -> TaskStatus {
        var fact = TaskStatus(name: status.name, phase: .succeeded, reason: .recovered)
        fact.message = "recovered from run \(run.metadata.name)"
        fact.results = status.results
        fact.artifacts = status.artifacts
        fact.map = status.map
        fact.child = status.child
        fact.imageID = status.imageID
        fact.logs = status.logs
        return fact
    }
}

extension PipelineTask {
    /// Whether the task waits for people.
    var isApproval: Bool { if case .approval = work { true } else { false } }
}

import ControllerMachines
import ControllerRuntime
import FairleadAPI
import KubernetesCore
import PrometheusMetrics

/// Counts runs and their tasks: those under way, and those that finished while this process led.
struct RunMetrics: Sendable {
    private static let runsByPhase = "status.phase"

    private let finishedRuns: Counter
    private let finishedTasks: Counter
    private let isLeading: @Sendable () -> Bool

    /// Declares the metrics and follows a store from now on.
    init(_ registry: MetricRegistry, runs: Store<PipelineRun>, isLeading: @escaping @Sendable () -> Bool) {
        finishedRuns = registry.counter(
            "fairlead_runs_finished_total", "Pipeline runs that finished while this process led.",
            labels: ["outcome", "reason"])
        finishedTasks = registry.counter(
            "fairlead_tasks_finished_total", "Tasks that finished while this process led.",
            labels: ["outcome", "reason"])
        self.isLeading = isLeading
        runs.addIndex(Self.runsByPhase) { [($0.status.phase ?? .pending).rawValue] }
        let activeRuns = registry.gauge(
            "fairlead_runs_active", "Pipeline runs that are not finished.", labels: ["phase"])
        let phases = PipelineRunStatus.Phase.allCases.filter { !$0.isTerminal }.map(\.rawValue)
        for phase in phases {
            activeRuns.read(phase) { Double(runs.keys(index: Self.runsByPhase, term: phase).count) }
        }
        let activeTasks = registry.gauge(
            "fairlead_tasks_active", "Tasks of active runs that are not finished.", labels: ["phase"])
        for phase in TaskStatus.Phase.allCases where !phase.isTerminal {
            activeTasks.read(phase.rawValue) {
                let active = phases.lazy.flatMap { runs.values(index: Self.runsByPhase, term: $0) }
                return Double(active.reduce(0) { $0 + $1.status.tasks.count { $0.phase == phase } })
            }
        }
        runs.subscribe { [self] change, source in note(change, source) }
    }

    private func note(_ change: ObjectChange<PipelineRun>, _ source: ChangeSource) {
        switch change {
        case .added(let run) where source == .watch: count(from: PipelineRunStatus(), to: run.status)
        case .updated(let old, let new): count(from: old.status, to: new.status)
        case .added, .deleted: break
        }
    }

    private func count(from old: PipelineRunStatus, to new: PipelineRunStatus) {
        guard old != new, isLeading() else { return }
        if let phase = new.phase, phase.isTerminal, old.phase?.isTerminal != true {
            finishedRuns.increment(phase.rawValue, new.reason?.rawValue ?? "")
        }
        let finished = Set(old.tasks.lazy.filter(\.phase.isTerminal).map(\.name))
        for task in new.tasks where task.phase.isTerminal && !finished.contains(task.name) {
            finishedTasks.increment(task.phase.rawValue, task.reason?.rawValue ?? "")
        }
    }
}

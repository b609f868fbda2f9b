import ControllerMachines
import ControllerRuntime
import FairleadAPI
import KubernetesCore
import PrometheusMetrics

/// Counts training jobs: those under way, and what finished or began again while this process led.
struct JobMetrics: Sendable {
    private static let jobsByPhase = "status.phase"

    private let finished: Counter
    private let restarts: Counter
    private let isLeading: @Sendable () -> Bool

    /// Declares the metrics and follows a store from now on.
    init(_ registry: MetricRegistry, jobs: Store<TrainingJob>, isLeading: @escaping @Sendable () -> Bool) {
        finished = registry.counter(
            "fairlead_training_jobs_finished_total", "Training jobs that finished while this process led.",
            labels: ["outcome", "reason"])
        restarts = registry.counter(
            "fairlead_training_job_restarts_total", "Restarts of gangs and replicas while this process led.",
            labels: ["reason"])
        self.isLeading = isLeading
        jobs.addIndex(Self.jobsByPhase) { [($0.status.phase ?? .pending).rawValue] }
        let active = registry.gauge(
            "fairlead_training_jobs_active", "Training jobs that are not finished.", labels: ["phase"])
        for phase in TrainingJobStatus.Phase.allCases where !phase.isTerminal {
            active.read(phase.rawValue) { Double(jobs.keys(index: Self.jobsByPhase, term: phase.rawValue).count) }
        }
        jobs.subscribe { [self] change, source in note(change, source) }
    }

    private func note(_ change: ObjectChange<TrainingJob>, _ source: ChangeSource) {
        switch change {
        case .added(let job) where source == .watch: count(from: TrainingJobStatus(), to: job.status)
        case .updated(let old, let new): count(from: old.status, to: new.status)
        case .added, .deleted: break
        }
    }

    private func count(from old: TrainingJobStatus, to new: TrainingJobStatus) {
        guard old != new, isLeading() else { return }
        if let phase = new.phase, phase.isTerminal, old.phase?.isTerminal != true {
            finished.increment(phase.rawValue, new.reason?.rawValue ?? "")
        }
        for _ in 0..<max(0, min((new.restarts ?? 0) - (old.restarts ?? 0), 1000)) {
            restarts.increment(new.reason?.rawValue ?? "")
        }
    }
}

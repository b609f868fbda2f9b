import FairleadAPI
import KubernetesCore

/// Why a run stands as it does, as far as its own status tells.
enum RunCause: Sendable, Hashable {
    /// It succeeded.
    case success
    /// A task that failed, and is no consequence of another; of a mapped one the first item that did.
    case task(TaskStatus, item: Int?)
    /// The run itself: it could not start, its time was over, it was stopped.
    case run
    /// It goes on, or has not begun.
    case unfinished

    /// Finds the first cause: of several failures that have nothing to do with each other the earliest.
    init(_ run: PipelineRun) {
        switch run.status.phase {
        case .succeeded: self = .success
        case .failed, .stopped:
            guard !Self.isOver(run), let task = Self.failures(run).first else {
                self = .run
                return
            }
            self = .task(task, item: task.map?.firstFailed)
        case .pending, .queued, .running, .suspended, nil: self = .unfinished
        }
    }

    /// The tasks that failed by themselves, the earliest first.
    static func failures(_ run: PipelineRun) -> [TaskStatus] {
        let failed = run.status.tasks.filter { isFailure($0, of: run) }
        return failed.enumerated().sorted { left, right in
            let (first, second) = (left.element.completionTime, right.element.completionTime)
            // What ended in the same second is told in the pipeline's order.
            return (first?.secondsSince1970 ?? .max, left.offset) < (second?.secondsSince1970 ?? .max, right.offset)
        }.map(\.element)
    }

    /// The tasks that did not run, or were ended, since something else went wrong.
    static func consequences(_ run: PipelineRun) -> [TaskStatus] {
        run.status.tasks.filter { $0.phase != .succeeded && isConsequence($0.reason) && !isFailure($0, of: run) }
    }

    /// Whether a task failed by itself: in a run that failed, a nested run or a job that was stopped has.
    private static func isFailure(_ task: TaskStatus, of run: PipelineRun) -> Bool {
        let isUpstream = task.reason == .upstreamFailed || task.reason == .upstreamSkipped
        if run.status.phase == .failed, !isOver(run) {
            return (task.phase == .failed || task.phase == .stopped) && !isUpstream
        }
        return task.phase == .failed && !isConsequence(task.reason)
    }

    private static func isConsequence(_ reason: Reason?) -> Bool {
        switch reason {
        case .upstreamFailed, .upstreamSkipped, .stopped, .cancelled: true
        default: false
        }
    }

    /// Whether the run was ended from outside, so that its tasks' ends are consequences.
    private static func isOver(_ run: PipelineRun) -> Bool {
        if run.status.phase == .stopped { return true }
        guard run.status.reason == .timeout, let limit = run.spec.value?.activeDeadlineSeconds,
            let start = run.status.startTime, let end = run.status.completionTime
        else { return false }
        return end.secondsSince1970 - start.secondsSince1970 >= limit
    }
}

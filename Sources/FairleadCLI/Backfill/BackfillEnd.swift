import FairleadAPI

/// How a slot's run or job ended.
struct BackfillEnd: Sendable {
    var phase: String
    var hasSucceeded: Bool
    var message: String?
    var duration: String?

    /// Reads a run, nil while it goes on.
    init?(_ run: PipelineRun) {
        guard let phase = run.status.phase, phase.isTerminal else { return nil }
        self.phase = phase.rawValue
        hasSucceeded = phase == .succeeded
        message = run.status.message
        duration = run.status.duration
    }

    /// Reads a job, nil while it goes on.
    init?(_ job: TrainingJob) {
        guard let phase = job.status.phase, phase.isTerminal else { return nil }
        self.phase = phase.rawValue
        hasSucceeded = phase == .succeeded
        message = job.status.message
        duration = job.status.duration
    }
}

import FairleadAPI
import FairleadPlanning

/// A training job that is under way.
struct OpenJob: OpenObject {
    /// The job as the last of our own writes, or the last event, showed it.
    var object: TrainingJob
    /// What it runs.
    let fixed: FixedJob
    /// Its pods.
    var table: GangTable

    /// Opens a job of which nothing was folded yet.
    init(_ job: TrainingJob, fixed: FixedJob) {
        object = job
        self.fixed = fixed
        table = GangTable(shape: GangShape(fixed), status: job.status)
    }
}

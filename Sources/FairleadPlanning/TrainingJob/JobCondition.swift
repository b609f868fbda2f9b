public import FairleadAPI

/// The types of a TrainingJob's conditions beside those of everything that ends.
public enum JobCondition: String, NamedValue {
    /// Whether the job goes on: enough of its gang runs.
    case running = "Running"
    /// Whether what failed is made again.
    case restarting = "Restarting"
    /// Whether the job has no pods because somebody wants it so.
    case suspended = "Suspended"
}

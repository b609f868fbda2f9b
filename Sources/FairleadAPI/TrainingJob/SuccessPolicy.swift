/// Whose success is the job's.
public enum SuccessPolicy: String, NamedValue {
    /// The leader's: what still runs then is ended.
    case leader = "Leader"
    /// That of all workers.
    case allWorkers = "AllWorkers"
}

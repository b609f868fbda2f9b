/// What of a training job starts again after a failure.
public enum RetryScope: String, NamedValue {
    /// All of it.
    case gang = "Gang"
    /// The replica that failed.
    case replica = "Replica"
}

/// What becomes of an approval for which nobody decided in time.
public enum OnTimeout: String, NamedValue {
    /// The task fails; the default.
    case fail = "Fail"
    /// The task is skipped.
    case skip = "Skip"
    /// The task succeeds.
    case approve = "Approve"
}

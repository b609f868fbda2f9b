/// What must hold of the tasks before a task, so that it starts.
public enum RunWhen: String, NamedValue {
    /// All of them succeeded; the default.
    case allSucceeded = "AllSucceeded"
    /// None of them failed: some may be skipped.
    case noneFailed = "NoneFailed"
    /// At least one of them succeeded, and all have ended.
    case anySucceeded = "AnySucceeded"
    /// All of them have ended, however.
    case allDone = "AllDone"
}

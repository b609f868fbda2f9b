/// Something of which people are told.
public enum NotificationEvent: String, NamedValue {
    /// The run failed.
    case failed = "Failed"
    /// The run did not finish in time.
    case late = "Late"
    /// The run succeeded.
    case succeeded = "Succeeded"
    /// The run was stopped.
    case stopped = "Stopped"
    /// A task waits for a decision.
    case approvalNeeded = "ApprovalNeeded"
}

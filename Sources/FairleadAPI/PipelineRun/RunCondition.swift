/// The types of the conditions of what ends: runs and jobs.
public enum RunCondition: String, NamedValue {
    /// `True` after success, `False` after failure or a stop, `Unknown` while it goes on.
    case succeeded = "Succeeded"
    /// `True` at any end.
    case finished = "Finished"
    /// `True` where the user changed something that can no longer have an effect.
    case specChanged = "SpecChanged"
}

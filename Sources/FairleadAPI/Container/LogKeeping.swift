/// What becomes of a program's log when its pod goes.
public enum LogKeeping: String, NamedValue {
    /// It is stored with the artifacts.
    case keep = "Keep"
    /// It goes with its pod; the default.
    case discard = "Discard"
}

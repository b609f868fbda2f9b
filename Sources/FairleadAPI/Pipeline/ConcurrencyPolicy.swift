/// What a run does that finds its group full.
public enum ConcurrencyPolicy: String, NamedValue {
    /// It waits; the default.
    case queue = "Queue"
    /// It fails.
    case forbid = "Forbid"
    /// It stops the oldest run of the group and takes its place.
    case replace = "Replace"
}

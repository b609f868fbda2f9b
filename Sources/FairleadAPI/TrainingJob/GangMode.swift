/// What makes all pods of a job get a place together or none of them.
public enum GangMode: String, NamedValue {
    /// The first that the cluster has.
    case auto = "Auto"
    /// The PodGroup of scheduling.k8s.io.
    case podGroup = "PodGroup"
    /// Volcano.
    case volcano = "Volcano"
    /// The coscheduling plugin of the scheduler plugins.
    case coscheduling = "Coscheduling"
    /// Nothing: each pod is placed for itself.
    case none = "None"
}

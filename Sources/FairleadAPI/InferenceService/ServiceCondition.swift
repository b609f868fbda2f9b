/// The types of a service's conditions.
public enum ServiceCondition {
    /// Requests are answered, or will be when the service wakes.
    public static let ready = "Ready"
    /// The wanted model is loaded.
    public static let modelLoaded = "ModelLoaded"
    /// No rollout was rolled back or is paused.
    public static let rolloutHealthy = "RolloutHealthy"
    /// What is logged of the requests is stored; only where a folder is named for it.
    public static let payloadsLogged = "PayloadsLogged"
}

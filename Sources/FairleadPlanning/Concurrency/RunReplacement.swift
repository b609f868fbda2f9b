public import KubernetesCore

/// How a run is asked to make room for a newer one of its concurrency group.
public enum RunReplacement {
    /// Names the run that takes the place of the one that has this annotation.
    public static let annotation = "fairlead.dev/replaced-by"

    /// What a replaced run's status says.
    public static func message(_ run: String) -> String { "replaced by run \(run)" }

    /// The run that takes a run's place, nil for most.
    public static func replacement(of run: ObjectMeta) -> String? { run.annotations[annotation] }
}

/// The labels on everything that Fairlead makes.
public enum FairleadLabel {
    /// The Pipeline's name.
    public static let pipeline = "fairlead.dev/pipeline"
    /// The PipelineRun's name.
    public static let run = "fairlead.dev/run"
    /// The task's name.
    public static let task = "fairlead.dev/task"
    /// The item's index, on what belongs to an item of a mapped task.
    public static let itemIndex = "fairlead.dev/item-index"
    /// The Trigger's name.
    public static let trigger = "fairlead.dev/trigger"
    /// On runs that `fairlead backfill` made: the Trigger's name.
    public static let backfill = "fairlead.dev/backfill"
    /// Set to `true` once a pod's outcome stands in its owner's status.
    public static let recorded = "fairlead.dev/recorded"
    /// Kubernetes' label for the tool that made an object.
    public static let managedBy = "app.kubernetes.io/managed-by"
    /// The value of ``managedBy``.
    public static let managedByValue = "fairlead"
}

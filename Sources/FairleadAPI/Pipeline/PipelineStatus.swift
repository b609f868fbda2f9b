public import KubernetesCore

/// How a pipeline stands.
public struct PipelineStatus: CustomStatus {
    /// Where a pipeline may stand.
    public enum Phase: String, NamedValue {
        /// Runs may use it.
        case ready = "Ready"
        /// Its spec cannot be used.
        case invalid = "Invalid"
    }

    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// For people and columns.
    public var phase: Phase?
    /// Why it is in its phase.
    public var reason: Reason?
    /// For people.
    public var message: String?
    /// The number of tasks.
    public var tasks: Int?
    /// The name of the newest run.
    public var lastRun: String?
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() { conditions = [] }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case observedGeneration, phase, reason, message, tasks, lastRun, conditions
    }
}

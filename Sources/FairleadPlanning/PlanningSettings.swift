public import FairleadAPI

/// What a controller was started with, as far as planning depends on it.
public struct PlanningSettings: Sendable, Hashable {
    /// The store of artifacts, such as `file:///var/lib/fairlead/artifacts`; nil where there is none.
    public var artifactStore: String?

    /// Names settings.
    public init(artifactStore: String? = nil) {
        self.artifactStore = artifactStore
    }
}

/// Why a task can't be run as it stands.
public struct TaskProblem: Error, Hashable, Sendable {
    /// For programs.
    public var reason: Reason
    /// For people.
    public var message: String

    /// Describes a problem.
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

public import FairleadAPI

/// What a controller was started with, and what the platform gives a namespace, as far as planning depends on it.
public struct PlanningSettings: Sendable, Hashable {
    /// The store of artifacts, such as `file:///var/lib/fairlead/artifacts`; nil where there is none.
    public var artifactStore: String?
    /// Fairlead's own image, of which the pods' containers `fetch` and `store` are; nil where it is not known.
    public var image: String?
    /// The service accounts that objects may name for their pods.
    public var serviceAccounts: AllowedServiceAccounts
    /// The Connections and ClusterProfiles that hold in the run's namespace.
    public var platform: Platform
    /// The files of registered models that the run reads, by the text that names them: `churn@production`.
    public var models: [String: ArtifactReference] = [:]
    /// The versions of those models, by the same text.
    public var modelVersions: [String: ModelReference] = [:]
    /// The services that a run has applied and waits for, by name.
    public var services: [String: AwaitedService] = [:]
    /// How inference services are reached.
    public var routes = ServiceRoutes()
    /// Where the pods of new jobs push their metrics; nil where they can't.
    public var progress: ProgressEndpoint?

    /// Names settings.
    public init(
        artifactStore: String? = nil, image: String? = nil, serviceAccounts: AllowedServiceAccounts = .all,
        platform: Platform = Platform()
    ) {
        self.artifactStore = artifactStore
        self.image = image
        self.serviceAccounts = serviceAccounts
        self.platform = platform
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

public import FairleadAPI
public import KubernetesCore

/// What is seen of a service when it is planned for.
public struct ServiceObservation: Sendable {
    /// The requests by which a track's rollout is judged.
    public struct Windows: Sendable, Hashable {
        /// Those of the candidate in its step.
        public var candidate: RequestWindow
        /// Those of the stable revision.
        public var stable: RequestWindow

        /// Counts requests.
        public init(candidate: RequestWindow = RequestWindow(), stable: RequestWindow = RequestWindow()) {
            self.candidate = candidate
            self.stable = stable
        }
    }

    /// The service.
    public var service: InferenceService
    /// The runtimes that it may get.
    public var runtimes: [RuntimeCandidate]
    /// What a registered model means now.
    public var resolve: @Sendable (ModelReference) -> ModelResolution
    /// Its Deployments.
    public var deployments: [DeploymentView]
    /// Its Services.
    public var services: [ServiceView]
    /// Its PodDisruptionBudgets.
    public var budgets: [DisruptionBudgetView]
    /// Its pods.
    public var pods: [PodView]
    /// The requests of its tracks that roll out, by variant.
    public var windows: [String: Windows]
    /// How many requests are under way, by revision, as the routers told last.
    public var underWay: [String: Int]
    /// Whether runtimes that come with Fairlead are still being made.
    public var areRuntimesComing = false
    /// The ConfigMaps with its scripts.
    public var scripts: [ScriptView] = []
    /// Its HTTPRoutes; nil where they are not known, since the cluster has none or they were not read yet.
    public var routes: [RouteView]?

    /// Collects what is seen.
    public init(
        service: InferenceService, runtimes: [RuntimeCandidate] = [],
        resolve: @escaping @Sendable (ModelReference) -> ModelResolution = { .missing("there is no model \($0)") },
        deployments: [DeploymentView] = [], services: [ServiceView] = [], budgets: [DisruptionBudgetView] = [],
        pods: [PodView] = [], windows: [String: Windows] = [:], underWay: [String: Int] = [:]
    ) {
        self.service = service
        self.runtimes = runtimes
        self.resolve = resolve
        self.deployments = deployments
        self.services = services
        self.budgets = budgets
        self.pods = pods
        self.windows = windows
        self.underWay = underWay
    }
}

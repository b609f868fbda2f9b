public import ControllerRuntime
public import FairleadPlanning
public import KubernetesClient
public import Logging
public import PrometheusMetrics
public import ServiceLifecycle

/// All of Fairlead's reconcilers in one service: what `fairlead controller` runs, and `fairlead local` too.
///
/// It is stateless: the API server holds the truth, and a new one goes on where the last one was killed.
public struct FairleadController: Service {
    /// How a controller is set up.
    public struct Configuration: Sendable {
        /// The namespaces that are looked after; empty for all.
        public var namespaces: [String]
        /// This process among all controllers, in events.
        public var identity: String
        /// What planning depends on.
        public var planning: PlanningSettings
        /// How many runs are worked on at a time.
        public var concurrency: Int
        /// Where probes are answered; nil for nowhere.
        public var healthAddress: BindAddress?
        /// Where metrics are served; nil for nowhere.
        public var metricsAddress: BindAddress?
        /// Where jobs push their metrics; nil for nowhere.
        public var progress: ProgressServing?
        /// What the controller runs as, in metrics.
        public var version: String
        /// Whether it makes the ClusterServingRuntimes that come with Fairlead; never with `namespaces`.
        public var installsRuntimes = false

        /// Sets up a controller.
        public init(
            namespaces: [String] = [], identity: String = "fairlead",
            planning: PlanningSettings = PlanningSettings(), concurrency: Int = 8, healthAddress: BindAddress? = nil,
            metricsAddress: BindAddress? = nil, progress: ProgressServing? = nil, version: String = ""
        ) {
            self.namespaces = namespaces
            self.identity = identity
            self.planning = planning
            self.concurrency = concurrency
            self.healthAddress = healthAddress
            self.metricsAddress = metricsAddress
            self.progress = progress
            self.version = version
        }
    }

    private let group: RuntimeGroup

    /// Opens when all caches are filled and the reconcilers work.
    public var started: Readiness { group.started }

    /// A controller.
    ///
    /// - Parameters:
    ///   - client: Where everything is read and written.
    ///   - configuration: How it is set up.
    ///   - elector: Who decides whether this controller leads; nil where it is the only one.
    ///   - registry: The metrics of this process.
    ///   - logger: For what happens.
    ///   - clock: For times and delays.
    public init(
        client: Client, configuration: Configuration = Configuration(), elector: LeaderElector? = nil,
        registry: MetricRegistry = MetricRegistry(), logger: Logger, clock: any RuntimeClock = SystemClock()
    ) {
        let parts = Wiring(
            client: client, configuration: configuration, elector: elector, registry: registry, logger: logger,
            clock: clock)
        group = RuntimeGroup(parts.members(), logger: logger, clock: clock)
    }

    /// Works until the task is cancelled or a graceful shutdown is over.
    ///
    /// - Throws: `LeadershipLost`, `StatusServer.NotListening`, and `RuntimeGroup.NotReady` where the API server does not
    ///   answer.
    public func run() async throws { try await group.run() }
}

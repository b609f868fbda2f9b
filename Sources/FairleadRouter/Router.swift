import ControllerRuntime
public import KubernetesClient
public import Logging
public import PrometheusMetrics
public import ServiceLifecycle

/// The data plane of inference: takes requests, chooses a revision and a pod for each, and passes it on.
///
/// Guarantees: it answers from its last table while the API server or the controller is away; told to stop, it ends no
/// request that has time left.
public final class Router: Service {
    /// How many series of metrics it may have: a thousand services have two revisions each, with up to seven classes of
    /// answers.
    public static let seriesLimit = 20_000

    private let client: Client
    private let configuration: RouterConfiguration
    private let registry: MetricRegistry
    private let logger: Logger
    private let dispatcher: Dispatcher
    private let waker: Waker
    private let payloads: PayloadLog
    private let front: Front

    /// A router.
    ///
    /// - Parameters:
    ///   - client: The API server.
    ///   - configuration: Where it listens, what it watches, and its limits.
    ///   - registry: Where its metrics are declared.
    ///   - logger: For what went wrong.
    public init(
        client: Client, configuration: RouterConfiguration,
        registry: MetricRegistry = MetricRegistry(seriesLimit: Router.seriesLimit), logger: Logger
    ) {
        self.client = client
        self.configuration = configuration
        self.registry = registry
        self.logger = logger
        let waker = Waker(client: client, logger: logger)
        self.waker = waker
        payloads = PayloadLog(logger: logger)
        dispatcher = Dispatcher(domain: configuration.domain, log: payloads) { service, revision in
            waker.wake(service: service, revision: revision)
        }
        front = Front(configuration: configuration, dispatcher: dispatcher, logger: logger)
    }

    /// The port at which requests come in; nil before it takes any.
    public var port: Int? { front.port }

    /// Waits until it knows all services and takes requests.
    ///
    /// - Throws: `CancellationError`.
    public func waitUntilReady() async throws { try await front.ready.wait() }

    /// Serves until the task is cancelled or a graceful shutdown is over.
    ///
    /// - Throws: What kept it from listening.
    public func run() async throws {
        let feed = RouteFeed(dispatcher)
        let metrics = RuntimeMetrics(registry)
        metrics.observe(feed.services)
        metrics.observe(feed.slices)
        registry.addProcessMetrics()
        RouterMetrics.declare(in: registry, dispatcher: dispatcher, log: payloads)
        let scaling = Scaling(
            client: client, configuration: configuration, waker: waker, feed: feed,
            counts: { [dispatcher] in dispatcher.measures.reports },
            onShare: { [dispatcher] in dispatcher.apply(.share($0)) }, logger: logger)
        var members = statusServers(feed).map { RuntimeGroup.Member.status($0) }
        members.append(feed.member(client: client, namespaces: configuration.namespaces, logger: logger))
        members.append(RuntimeGroup.Member("payloads", payloads))
        members += scaling.members
        // Last, and so the first to stop: the others serve it to its end.
        members.append(RuntimeGroup.Member("front", front) { [front] in try await front.ready.wait() })
        try await RuntimeGroup(members, logger: logger).run()
    }

    private func statusServers(_ feed: RouteFeed) -> [StatusServer] {
        var readiness = HealthProbe()
        readiness.add(feed.services)
        readiness.add(feed.slices)
        readiness.add("front", front.ready)
        readiness.add("draining") { [front] in front.isDraining ? "the router stops" : nil }
        let (health, metrics) = (configuration.healthAddress, configuration.metricsAddress)
        let liveness = HealthProbe()
        if let health, health == metrics {
            return [
                StatusServer(health, liveness: liveness, readiness: readiness, metrics: registry, logger: logger)
            ]
        }
        return [
            health.map { StatusServer($0, liveness: liveness, readiness: readiness, logger: logger) },
            metrics.map { StatusServer($0, metrics: registry, logger: logger) },
        ].compactMap(\.self)
    }
}

import ControllerMachines
import ControllerRuntime
import FairleadAPI
import KubernetesClient
import KubernetesCore
import Logging

/// Everything by which a router takes part in scaling: it reports, wakes, and scales where it is elected.
struct Scaling {
    private let writer: ReportWriter
    private let waker: Waker
    private let election: RouterElection
    private let scaler: ScaleWriter
    private let reports: ReportReader
    private let client: Client
    private let configuration: RouterConfiguration
    private let logger: Logger
    private let clock: any RuntimeClock

    /// Takes part.
    ///
    /// - Parameters:
    ///   - client: The API server.
    ///   - configuration: What the router watches, and where reports and the lease are.
    ///   - waker: What the router's dispatcher asks.
    ///   - feed: The services and their pods.
    ///   - counts: What the router counts; asked once a second.
    ///   - onShare: Takes the router's share of what all routers may do.
    ///   - logger: For what happens.
    ///   - clock: For times and delays.
    init(
        client: Client, configuration: RouterConfiguration, waker: Waker, feed: RouteFeed,
        counts: @escaping ReportWriter.Counts, onShare: @escaping @Sendable (RouterShare) -> Void = { _ in },
        logger: Logger, clock: any RuntimeClock = SystemClock()
    ) {
        self.client = client
        self.configuration = configuration
        self.waker = waker
        self.logger = logger
        self.clock = clock
        waker.follow(feed.services)
        let home = configuration.homeNamespace
        writer = ReportWriter(
            client: client, namespace: home, router: configuration.identity, counts: counts, logger: logger,
            clock: clock)
        let election = RouterElection(
            client: client, namespace: home, identity: configuration.identity, logger: logger, clock: clock)
        self.election = election
        reports = ReportReader(router: configuration.identity, clock: clock, onShare: onShare)
        scaler = ScaleWriter(
            client: client, isLeading: { election.isLeading }, services: feed.services, reports: reports,
            loads: PodLoads(client: client, slices: feed.slices, logger: logger, clock: clock), logger: logger,
            clock: clock)
    }

    /// What runs; nothing needs to wait for any of it.
    var members: [RuntimeGroup.Member] {
        let records = Reflector(
            reports.records, client: client, namespaces: [configuration.homeNamespace],
            configuration: WatchMachine.Configuration(labelSelector: "\(FairleadLabel.routerReport)=true"),
            logger: logger, clock: clock)
        let deployments = Reflector(
            scaler.deployments, client: client, namespaces: configuration.namespaces,
            configuration: WatchMachine.Configuration(labelSelector: FairleadLabel.inferenceService), logger: logger,
            clock: clock)
        return [
            RuntimeGroup.Member("waker", waker), RuntimeGroup.Member("reports", writer),
            RuntimeGroup.Member("reflector reports", records),
            RuntimeGroup.Member("reflector deployments", deployments), RuntimeGroup.Member("election", election),
            RuntimeGroup.Member("scaler", scaler),
        ]
    }
}

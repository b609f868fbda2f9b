import ArgumentParser
import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import PrometheusMetrics

/// `fairlead controller`.
struct ControllerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller", abstract: "Run Fairlead's controllers against a cluster.",
        discussion: """
            It keeps no state. SIGTERM ends it in order, a second one at once; a lost lease ends it with exit code 1, to \
            be started again.

            Example: fairlead controller --leader-elect --log-format json
            """)

    @OptionGroup var kubeconfig: KubeconfigOptions

    @Option(help: ArgumentHelp("A namespace to look after, several times for several; else all.", valueName: "name"))
    var namespace: [String] = []

    @Flag(help: "Work only while holding a Lease, so that several can stand by.")
    var leaderElect = false

    @Option(help: ArgumentHelp("The Lease's namespace; else that of the controller.", valueName: "name"))
    var leaseNamespace: String?

    @Option(help: ArgumentHelp("The store of artifacts, which pods must be able to reach.", valueName: "uri"))
    var artifacts: String?

    @Option(
        help: ArgumentHelp(
            "Fairlead's own image, of which pods have what fetches their files and stores them.", valueName: "image"))
    var image: String?

    @Option(
        help: ArgumentHelp(
            "A service account that objects may name for their pods, as name or namespace/name, with * for any part; "
                + "several times for several; else all of the pod's namespace.", valueName: "name"))
    var allowedServiceAccounts: [String] = []

    @Option(help: ArgumentHelp("Where /livez and /readyz are answered; 0 for nowhere.", valueName: "host:port"))
    var healthAddress = StatusAddress(BindAddress(port: 8081))

    @Option(help: ArgumentHelp("Where /metrics is served; 0 for nowhere.", valueName: "host:port"))
    var metricsAddress = StatusAddress(BindAddress(port: 8080))

    @Option(
        help: ArgumentHelp(
            "Where training jobs push their metrics, with --progress-url; 0 for nowhere.", valueName: "host:port"))
    var progressAddress = StatusAddress(BindAddress(port: 10443))

    @Option(
        help: ArgumentHelp(
            "How pods reach that address; without it nothing can be pushed.", valueName: "https://host:port"))
    var progressURL: String?

    @Option(
        help: ArgumentHelp(
            "The host name of the routers' Service, to which the names of inference services lead.", valueName: "host"))
    var routerHost = ServiceRoutes().routerHost

    @Option(help: ArgumentHelp("The cluster's domain, with which the names of Services end.", valueName: "name"))
    var domain = "cluster.local"

    @Flag(
        inversion: .prefixedNo,
        help: "Make the ClusterServingRuntimes that come with Fairlead; not with --namespace.")
    var servingRuntimes = true

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard AllowedServiceAccounts(allowedServiceAccounts) != nil else {
            throw ValidationError("--allowed-service-accounts takes names and namespace/name, with * for any part.")
        }
        guard progressURL.map({ ProgressServing.host(of: $0) != nil }) ?? true else {
            throw ValidationError("--progress-url takes https://host:port.")
        }
    }

    func run() async throws {
        let cluster = try kubeconfig.configuration()
        let logger = logging.logger("controller", .info)
        let identity = "\(ProcessInfo.processInfo.hostName)_\(UUID().uuidString)"
        let registry = MetricRegistry()
        let metrics = RuntimeMetrics(registry)
        let transport = try HTTPTransport(cluster, observer: metrics, logger: logger)
        let client = Client(transport: transport)
        // Renewals share neither connection nor turn with anything else.
        let elector =
            leaderElect
            ? LeaderElector(
                client: Client(transport: try HTTPTransport(cluster, observer: metrics, logger: logger)),
                lease: ObjectKey(namespace: leaseNamespace ?? cluster.namespace, name: "fairlead-controller"),
                identity: identity, logger: logger, thread: DedicatedThread()) : nil
        let controller = FairleadController(
            client: client,
            configuration: controllerConfiguration(identity, namespace: leaseNamespace ?? cluster.namespace),
            elector: elector, registry: registry, logger: logger)
        logger.info("starting", metadata: ["version": "\(FairleadVersion.text)", "server": "\(cluster.server)"])
        do {
            try await Self.serve(controller, client, logger)
        } catch {
            logger.critical("ended", metadata: ["error": "\(ErrorMessage.text(for: error))"])
            throw ExitCode.failure
        }
        // The process ends here: connections need no farewell, for which a server may take its time.
        logger.info("stopped")
    }

    private func controllerConfiguration(
        _ identity: String, namespace own: String
    ) -> FairleadController.Configuration {
        var planning = PlanningSettings(
            artifactStore: artifacts, image: image,
            serviceAccounts: AllowedServiceAccounts(allowedServiceAccounts) ?? .all)
        planning.routes = ServiceRoutes(.hosts(domain: domain), routerHost: routerHost)
        var configuration = FairleadController.Configuration(
            namespaces: namespace, identity: identity, planning: planning, healthAddress: healthAddress.address,
            metricsAddress: metricsAddress.address, progress: progress(namespace: own), version: FairleadVersion.text)
        configuration.installsRuntimes = servingRuntimes
        return configuration
    }

    /// Where jobs push their metrics.
    private func progress(namespace: String) -> ProgressServing? {
        guard let address = progressAddress.address, let progressURL else { return nil }
        return ProgressServing(
            address: address, url: progressURL,
            secret: ObjectKey(namespace: namespace, name: ProgressServing.secretName))
    }

    private static func serve(_ controller: FairleadController, _ client: Client, _ logger: Logger) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                // What does not end when it is cancelled must not outlive the lease, which another may take after this
                // time.
                try await SignalledService.run(
                    controller, drain: .seconds(25), cancellation: .seconds(5), logger: logger)
                return true
            }
            tasks.addTask {
                if let isServed = try? await client.serves(.pipelineRun), !isServed {
                    logger.warning("the cluster does not serve Fairlead's kinds; fairlead crds prints what to apply")
                }
                return false
            }
            defer { tasks.cancelAll() }
            while let isOver = try await tasks.next() {
                if isOver { return }
            }
        }
    }
}

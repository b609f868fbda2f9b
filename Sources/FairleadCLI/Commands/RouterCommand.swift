import ArgumentParser
import ControllerRuntime
import FairleadAPI
import FairleadRouter
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import NIOCore
import PrometheusMetrics

/// `fairlead router`.
struct RouterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "router", abstract: "Take the requests to inference services, and pass them on to their pods.",
        discussion: """
            A request's host or path says which service is meant. Several routers agree through the API server alone, and \
            one goes on by what it knows while that is away. SIGTERM ends it when no request is under way any more, a \
            second one at once.

            Example: fairlead router --listen :8080 --log-format json
            """)

    @OptionGroup var kubeconfig: KubeconfigOptions

    @Option(help: ArgumentHelp("A namespace to serve, several times for several; else all.", valueName: "name"))
    var namespace: [String] = []

    @Option(help: ArgumentHelp("Where requests come in.", valueName: "host:port"))
    var listen = StatusAddress(BindAddress(port: 8080))

    @Option(help: ArgumentHelp("Where /livez and /readyz are answered; 0 for nowhere.", valueName: "host:port"))
    var healthAddress = StatusAddress(BindAddress(port: 8081))

    @Option(help: ArgumentHelp("Where /metrics is served; 0 for nowhere.", valueName: "host:port"))
    var metricsAddress = StatusAddress(BindAddress(port: 8082))

    @Option(help: ArgumentHelp("The cluster's domain, with which the names of Services end.", valueName: "name"))
    var domain = "cluster.local"

    @Option(
        help: ArgumentHelp(
            "The namespace of the routers' reports and Lease; else that of the router.", valueName: "name"))
    var reportNamespace: String?

    @Option(
        help: ArgumentHelp(
            "How long connections are still taken after SIGTERM, while others learn that it goes; else 5s.",
            valueName: "duration"),
        transform: { text in
            guard let duration = FairleadDuration(text) else { throw ValidationError("'\(text)' is no duration") }
            return duration
        })
    var drainDelay = FairleadDuration(seconds: 5)

    @Option(
        help: ArgumentHelp("The most bytes of a request's body, such as 512Mi; else 1Gi.", valueName: "quantity"),
        transform: { text in
            guard let quantity = Quantity(text), quantity.value > 0 else {
                throw ValidationError("'\(text)' is no number of bytes")
            }
            return quantity
        })
    var maxBody = Quantity(1 << 30, format: .binarySI)

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard listen.address != nil else { throw ValidationError("--listen needs host:port.") }
    }

    func run() async throws {
        let cluster = try kubeconfig.configuration()
        let logger = logging.logger("router", .info)
        let registry = MetricRegistry(seriesLimit: Router.seriesLimit)
        let transport = try HTTPTransport(cluster, observer: RuntimeMetrics(registry), logger: logger)
        var configuration = RouterConfiguration()
        configuration.namespaces = namespace
        if let address = listen.address { configuration.listen = address }
        configuration.healthAddress = healthAddress.address
        configuration.metricsAddress = metricsAddress.address
        configuration.domain = domain
        configuration.drainDelay = .nanoseconds(Int64(drainDelay.duration / .nanoseconds(1)))
        configuration.maximumBody = Int(clamping: maxBody.value)
        // Several on one host have reports of their own; a container that starts anew goes on with the one that it had.
        let process = ProcessInfo.processInfo
        configuration.identity = "\(process.hostName.lowercased())-\(process.processIdentifier)"
        configuration.homeNamespace = reportNamespace ?? cluster.namespace
        let router = Router(
            client: Client(transport: transport), configuration: configuration, registry: registry, logger: logger)
        logger.info("starting", metadata: ["version": "\(FairleadVersion.text)", "server": "\(cluster.server)"])
        do {
            try await SignalledService.run(router, drain: nil, cancellation: .seconds(5), logger: logger)
        } catch {
            logger.critical("ended", metadata: ["error": "\(ErrorMessage.text(for: error))"])
            throw ExitCode.failure
        }
        logger.info("stopped")
    }
}

import ArgumentParser
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import UnixSignals

/// `fairlead controller`.
struct ControllerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller", abstract: "Run Fairlead's controllers against a cluster.",
        discussion: """
            It keeps no state. SIGTERM ends it in order; a lost lease ends it with exit code 1, to be started again.

            Example: fairlead controller --leader-elect --log-format json
            """)

    @Option(
        help: ArgumentHelp(
            "The kubeconfig: else $KUBECONFIG, .fairlead/kubeconfig here or above, the pod's service account, "
                + "~/.kube/config.", valueName: "path"),
        completion: .file())
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The kubeconfig's context.", valueName: "name"))
    var context: String?

    @Option(help: ArgumentHelp("A namespace to look after, several times for several; else all.", valueName: "name"))
    var namespace: [String] = []

    @Flag(help: "Work only while holding a Lease, so that several can stand by.")
    var leaderElect = false

    @Option(help: ArgumentHelp("The Lease's namespace; else that of the controller.", valueName: "name"))
    var leaseNamespace: String?

    @Option(help: ArgumentHelp("The store of artifacts, which pods must be able to reach.", valueName: "uri"))
    var artifacts: String?

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let cluster = try ClusterOptions.configuration(kubeconfig: kubeconfig, context: context)
        let logger = logging.logger("controller", .info)
        let identity = "\(ProcessInfo.processInfo.hostName)_\(UUID().uuidString)"
        let lease =
            leaderElect
            ? ObjectKey(namespace: leaseNamespace ?? cluster.namespace, name: "fairlead-controller") : nil
        let transport = try HTTPTransport(cluster, logger: logger)
        let client = Client(transport: transport)
        let controller = FairleadController(
            client: client,
            configuration: FairleadController.Configuration(
                namespaces: namespace, lease: lease, identity: identity,
                planning: PlanningSettings(artifactStore: artifacts)),
            logger: logger)
        logger.info("starting", metadata: ["version": "\(FairleadVersion.text)", "server": "\(cluster.server)"])
        if let isServed = try? await client.serves(.pipelineRun), !isServed {
            logger.warning("the cluster does not serve Fairlead's kinds; fairlead crds prints what to apply")
        }
        var configuration = ServiceGroupConfiguration(
            services: [controller], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(25)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
        logger.info("stopped")
    }
}

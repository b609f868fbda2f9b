import ControllerRuntime
import FairleadControllers
import FairleadPlanning
import FairleadRouter
import Foundation
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import LocalControllers
import LocalNode
import Logging
import ServiceLifecycle

/// API server, node, controllers and router in this process, which speak to each other as they would on any cluster.
///
/// Guarantees: each part starts when those before it serve; they stop in the opposite order, so that the node ends its
/// pods while there is still a server to tell.
struct LocalCluster: Service {
    /// How a local cluster is set up.
    struct Configuration: Sendable {
        var data: DataDirectory
        /// Whether no object outlives this process.
        var isEphemeral: Bool
        /// Whether there are neither Fairlead's kinds nor its controllers.
        var isBare: Bool
        /// What decides who may do what.
        var authorization: LocalAPIServer.Authorization
        var listen: ListenAddress
        var images: ImageCatalogue
        /// The command line of a container's shim.
        var shimCommand: [String]
    }

    let configuration: Configuration
    let logger: Logger
    /// Called when all parts work: with the kubeconfig's text, the server's address, and the base of the addresses at
    /// which models answer.
    let announce: @Sendable (_ kubeconfig: String, _ address: String, _ models: String?) throws -> Void
    /// Called when the cluster stops.
    let withdraw: @Sendable () -> Void

    func run() async throws {
        let data = configuration.data
        let certificates = try LocalCertificates(directory: data.certificates)
        let server = try await LocalAPIServer(
            configuration: LocalAPIServer.Configuration(
                storage: configuration.isEphemeral ? .ephemeral : .file(data.state),
                tokens: [certificates.token: .admin],
                authorization: configuration.authorization,
                podLogs: NodePodLogs(stateDirectory: data.path), meter: LocalNodeMeter(stateDirectory: data.path),
                certificateAuthority: certificates.authority),
            logger: logger)
        // What the front says of connections that break at the end is of no use to anybody.
        let quiet = Logger(label: "https") { _ in SwiftLogNoOpLogHandler() }
        let front = LocalAPIServerHTTP(
            server: server, address: configuration.listen.host, port: configuration.listen.port,
            certificates: certificates, logger: quiet)
        let transport = LastValue<HTTPTransport>()
        let group = RuntimeGroup(
            [
                RuntimeGroup.Member("api server", CancelledAtShutdown(server)),
                RuntimeGroup.Member("https", CancelledAtShutdown(front)) {
                    // A front that cannot listen ends with an error, which ends the group.
                    if await front.port() == nil { try await Readiness().wait() }
                },
                RuntimeGroup.Member(
                    "clients", Clients(cluster: self, front: front, certificates: certificates, transport: transport)),
            ], logger: logger)
        do {
            try await group.run()
        } catch {
            await transport.value?.shutdown()
            throw error
        }
        await transport.value?.shutdown()
    }

    /// What speaks to the server.
    private struct Clients: Service {
        let cluster: LocalCluster
        let front: LocalAPIServerHTTP
        let certificates: LocalCertificates
        /// Kept until the server is gone: its watches then close at once.
        let transport: LastValue<HTTPTransport>

        func run() async throws {
            guard let port = await front.port() else { return }
            let address = "https://\(cluster.configuration.listen.host):\(port)"
            cluster.configuration.data.lastPort = port
            let transport = try HTTPTransport(
                ClusterConfiguration(
                    server: address, certificateAuthority: Array(certificates.authority.utf8),
                    credential: .token(certificates.token)),
                logger: cluster.logger)
            self.transport.set(transport)
            try await work(Client(transport: transport), address: address, port: port)
        }

        private func work(_ client: Client, address: String, port: Int) async throws {
            let (configuration, logger) = (cluster.configuration, cluster.logger)
            if !configuration.isBare {
                do {
                    try await cancelWhenGracefulShutdown { try await DefinitionInstaller(client: client).install() }
                } catch is CancellationError {
                    return
                }
            }
            let nodeIsReady = Readiness()
            let node = LocalNode(client: client, configuration: nodeConfiguration(port: port), logger: logger) {
                nodeIsReady.open()
            }
            let controllers = LocalControllers(client: client, logger: logger)
            var members = [
                RuntimeGroup.Member("node", node) { try await nodeIsReady.wait() },
                RuntimeGroup.Member("cluster controllers", controllers) { try await controllers.started.wait() },
            ]
            var models: String?
            if !configuration.isBare {
                let router = LocalRouter(client: client, data: configuration.data, logger: logger)
                members.append(RuntimeGroup.Member("router", router) { try await router.waitUntilReady() })
                models = router.base
                var settings = FairleadController.Configuration(
                    identity: "fairlead-local", planning: planning(router), progress: progress)
                settings.installsRuntimes = true
                let controller = FairleadController(client: client, configuration: settings, logger: logger)
                members.append(
                    RuntimeGroup.Member("controller", controller) { try await controller.started.wait() })
            }
            let kubeconfig = KubeconfigFile.text(
                server: address, ca: certificates.authority, token: certificates.token)
            members.append(
                RuntimeGroup.Member(
                    "announcement",
                    Announcement(cluster: cluster, kubeconfig: kubeconfig, address: address, models: models)))
            try await RuntimeGroup(members, logger: logger).run()
        }

        private func planning(_ router: LocalRouter) -> PlanningSettings {
            var settings = PlanningSettings(
                artifactStore: "file://\(cluster.configuration.data.artifacts)",
                image: "fairlead:\(FairleadVersion.text)")
            settings.routes = ServiceRoutes(.paths(base: router.base), routerHost: LocalRouter.host)
            return settings
        }

        /// Where jobs push: the port of the last time, which is that of pods which still run.
        private var progress: ProgressServing {
            let configuration = cluster.configuration
            let data = configuration.data
            let port = data.lastProgressPort.flatMap { FreePort.isFree($0) ? $0 : nil } ?? 0
            return ProgressServing(
                address: BindAddress(host: configuration.listen.host, port: port),
                secret: ObjectKey(namespace: "kube-system", name: ProgressServing.secretName)
            ) { data.lastProgressPort = $0 }
        }

        private func nodeConfiguration(port: Int) -> NodeConfiguration {
            let configuration = cluster.configuration
            var node = NodeConfiguration(
                stateDirectory: configuration.data.path, shimCommand: configuration.shimCommand,
                images: configuration.images)
            node.environment = [
                "KUBERNETES_SERVICE_HOST": configuration.listen.host,
                "KUBERNETES_SERVICE_PORT": String(port),
                "KUBERNETES_SERVICE_PORT_HTTPS": String(port),
            ]
            let names = ["kubernetes.default.svc.cluster.local", "kubernetes.default.svc", "kubernetes.default"]
            let host = configuration.listen.host
            node.hosts = { _ in [NodeConfiguration.HostEntry(address: host, names: names)] }
            return node
        }
    }

    /// Says that all parts work, and takes it back before they stop.
    private struct Announcement: Service {
        let cluster: LocalCluster
        let kubeconfig: String
        let address: String
        let models: String?

        func run() async throws {
            defer { cluster.withdraw() }
            try cluster.announce(kubeconfig, address, models)
            try? await gracefulShutdown()
        }
    }
}

/// A service that knows no graceful end: it is cancelled instead.
private struct CancelledAtShutdown: Service {
    private let service: any Service

    init(_ service: any Service) { self.service = service }

    func run() async throws {
        let service = service
        do {
            try await cancelWhenGracefulShutdown { try await service.run() }
        } catch is CancellationError {
            return
        }
    }
}

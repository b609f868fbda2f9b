import ControllerRuntime
import FairleadRouter
import KubernetesClient
import KubernetesCore
import Logging
import NIOCore
import ServiceLifecycle

/// The router of a local cluster: at a port of this machine that stays the same over restarts, and for pods behind a
/// Service.
struct LocalRouter: Service {
    /// The name by which pods, and the names of inference services, reach it.
    static let host = "\(name).\(namespace).svc.cluster.local"

    private static let name = "fairlead-router"
    private static let namespace = "kube-system"
    private static let sliceType = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")

    private let client: Client
    private let port: Int
    private let router: Router

    init(client: Client, data: DataDirectory, logger: Logger) {
        self.client = client
        let last = data.lastRouterPort.flatMap { FreePort.isFree($0) ? $0 : nil }
        port = last ?? FreePort.any() ?? 0
        data.lastRouterPort = port
        var configuration = RouterConfiguration()
        configuration.listen = BindAddress(host: "127.0.0.1", port: port)
        configuration.healthAddress = nil
        configuration.metricsAddress = nil
        configuration.homeNamespace = Self.namespace
        // Nobody has to learn first that the only router goes.
        configuration.drainDelay = .zero
        router = Router(client: client, configuration: configuration, logger: logger)
    }

    /// The base of the addresses at which models answer.
    var base: String { "http://127.0.0.1:\(port)" }

    func waitUntilReady() async throws { try await router.waitUntilReady() }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await publish() }
        } catch is CancellationError {
            return
        }
        try await router.run()
    }

    /// Writes the Service, whose endpoint is in no pod.
    private func publish() async throws {
        let key = ObjectKey(namespace: Self.namespace, name: Self.name)
        func metadata(_ name: String, _ labels: JSONValue) -> JSONValue {
            ["name": .string(name), "namespace": .string(Self.namespace), "labels": labels]
        }
        // The second port is for hosts on which a user may not listen at the first.
        let ports = [("http", 80), ("http-alt", 8080)]
        let service: JSONValue = [
            "apiVersion": "v1", "kind": "Service",
            "metadata": metadata(Self.name, ["app.kubernetes.io/name": .string(Self.name)]),
            "spec": [
                "ports": .array(
                    ports.map { name, number in
                        ["name": .string(name), "port": .integer(Int64(number)), "protocol": "TCP"]
                    })
            ],
        ]
        try await client.apply(.service, key, service, force: true)
        let slice: JSONValue = [
            "apiVersion": .string(Self.sliceType.gvk.apiVersion), "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": metadata(
                "\(Self.name)-local",
                [
                    "kubernetes.io/service-name": .string(Self.name),
                    "endpointslice.kubernetes.io/managed-by": "fairlead.dev",
                ]),
            "endpoints": [["addresses": ["127.0.0.1"], "conditions": ["ready": true]]],
            "ports": .array(
                ports.map { name, _ in
                    ["name": .string(name), "port": .integer(Int64(port)), "protocol": "TCP"]
                }),
        ]
        let place = ObjectKey(namespace: Self.namespace, name: "\(Self.name)-local")
        try await client.apply(Self.sliceType, place, slice, force: true)
    }
}

import ClusterTesting
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import Logging

/// An API server of this process, at a port, with services for the router to know.
struct BenchmarkCluster: Sendable {
    static let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    /// The service whose requests are measured.
    static let service = "bench"

    private let client: Client
    /// The path of a kubeconfig that leads here.
    let kubeconfig: String

    /// Serves while `body` runs.
    static func with(folder: String, _ body: (BenchmarkCluster) async throws -> Void) async throws {
        let certificates = try LocalCertificates()
        let server = try await LocalAPIServer(
            configuration: LocalAPIServer.Configuration(tokens: [certificates.token: .admin]), logger: logger)
        let front = LocalAPIServerHTTP(server: server, certificates: certificates, logger: logger)
        let client = Client(transport: InProcessTransport(server))
        for definition in CustomResourceDefinitions.all {
            try await client.create(.customResourceDefinition, namespace: nil, definition.json)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try await front.run() }
            defer { group.cancelAll() }
            guard let port = await front.port() else { throw Refusal("the API server found no port") }
            let kubeconfig = "\(folder)/kubeconfig"
            let text = KubeconfigFile.text(
                server: "https://127.0.0.1:\(port)", ca: certificates.authority, token: certificates.token)
            try Data(text.utf8).write(to: URL(fileURLWithPath: kubeconfig))
            try await body(BenchmarkCluster(client: client, kubeconfig: kubeconfig))
        }
    }

    /// Makes a service with one revision, whose only pod is the upstream.
    func makeService(_ name: String, upstream: Int) async throws {
        let revision = "\(name)-00000001"
        try await client.create(
            Self.endpointSlice, namespace: "default", slice(of: revision, service: name, port: upstream))
        let service = try await client.create(
            .inferenceService, namespace: "default",
            [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService",
                "metadata": ["name": .string(name), "namespace": "default"],
                "spec": ["model": ["uri": .string("file:///models/\(name)"), "format": "sklearn"]],
            ])
        let status: JSONValue = [
            "phase": "Ready",
            "revisions": [
                [
                    "name": .string(revision), "traffic": 100, "replicas": 1, "ready": 1, "state": "Ready",
                    "components": ["predictor"],
                ]
            ],
        ]
        let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: JSONWriter.bytes(service["metadata"] ?? [:]))
        try await client.patchStatus(.inferenceService, metadata, status)
    }

    private static let endpointSlice = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")

    private func slice(of revision: String, service: String, port: Int) -> JSONValue {
        [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": [
                "name": .string("\(revision)-0"), "namespace": "default",
                "labels": [
                    "kubernetes.io/service-name": .string(revision),
                    "fairlead.dev/inferenceservice": .string(service), "fairlead.dev/revision": .string(revision),
                    "fairlead.dev/component": "predictor",
                ],
            ],
            "ports": [["name": "http", "port": .integer(Int64(port)), "protocol": "TCP"]],
            "endpoints": [
                [
                    "addresses": ["127.0.0.1"], "conditions": ["ready": true],
                    "targetRef": ["kind": "Pod", "namespace": "default", "name": .string("\(revision)-0")],
                ]
            ],
        ]
    }
}

/// Why nothing can be measured.
struct Refusal: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

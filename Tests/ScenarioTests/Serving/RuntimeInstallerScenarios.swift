import ClusterTesting
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import Testing

/// The serving runtimes that come with Fairlead, made by the controller.
@Suite("The shipped serving runtimes")
struct RuntimeInstallerScenarios {
    @Test("are made, made again where they are gone, and left alone where somebody changed them")
    func installed() async throws {
        let cluster = try await TestCluster()
        let names = try ShippedRuntimes.objects().compactMap { $0[path: ["metadata", "name"]]?.stringValue }.sorted()
        @Sendable func image(_ name: String) async throws -> String? {
            let runtime = try? await cluster.client.get(
                .clusterServingRuntime, ObjectKey(namespace: nil, name: name))
            return runtime?[path: ["spec", "containers"]]?[0]?["image"]?.stringValue
        }
        try await cluster.run {
            try await Self.withController(cluster) {
                try await eventually("all runtimes") {
                    let found = try await cluster.client.listAll(ClusterServingRuntime.self, namespace: nil)
                    return found.items.map(\.metadata.name).sorted() == names
                }
            }
            let mine = Client(transport: cluster.client.transport, fieldManager: "somebody")
            try await mine.apply(
                .clusterServingRuntime, ObjectKey(namespace: nil, name: "onnx"),
                [
                    "apiVersion": "fairlead.dev/v1alpha1", "kind": "ClusterServingRuntime",
                    "metadata": ["name": "onnx"], "spec": ["containers": [["name": "own", "image": "mine:1"]]],
                ], force: true)
            try await cluster.client.delete(.clusterServingRuntime, ObjectKey(namespace: nil, name: "vllm"))
            try await Self.withController(cluster) {
                try await eventually("the deleted one is back") { try await image("vllm") != nil }
            }
            #expect(try await image("onnx") == "mine:1")
        }
    }

    private static func withController(
        _ cluster: TestCluster, _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        var configuration = FairleadController.Configuration(planning: cluster.settings)
        configuration.installsRuntimes = true
        let controller = FairleadController(
            client: cluster.client, configuration: configuration,
            logger: Logger(label: "controller") { _ in SwiftLogNoOpLogHandler() }, clock: cluster.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }
}

import ClusterTesting
import ControllerRuntime
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import Logging

/// The cluster on which sides are measured: the one that `KUBECONFIG_TEST` names, else a new one in memory, with a
/// simulated node.
enum BenchmarkCluster {
    /// Runs a measure with a cluster around it.
    ///
    /// - Parameters:
    ///   - script: How its pods end.
    ///   - body: Measures.
    static func with(
        script: @escaping SimulatedKubelet.Script = { _ in SimulatedKubelet.Ending() },
        _ body: @Sendable @escaping (any Transport) async throws -> Measure
    ) async throws -> Measure {
        if let kubeconfig = ProcessInfo.processInfo.environment["KUBECONFIG_TEST"], !kubeconfig.isEmpty {
            return try await withRealCluster(try .find(kubeconfig: kubeconfig), script, body)
        }
        let server = try await LocalAPIServer(
            configuration: LocalAPIServer.Configuration(), logger: PipelineBenchmark.logger)
        let transport = InProcessTransport(server)
        let client = Client(transport: transport)
        for definition in CustomResourceDefinitions.all {
            try await client.create(.customResourceDefinition, namespace: nil, definition.json)
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            return try await withKubelet(transport, script) { try await body(transport) }
        }
    }

    /// Runs a measure beside the simulated node, and adds that one's calls to it.
    private static func withKubelet(
        _ transport: any Transport, _ script: @escaping SimulatedKubelet.Script,
        _ body: @Sendable () async throws -> Measure
    ) async throws -> Measure {
        let counting = CountingTransport(transport)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await SimulatedKubelet(client: Client(transport: counting), script: script).run() }
            defer { group.cancelAll() }
            var measure = try await body()
            measure.nodeCounts = counting.counts
            return measure
        }
    }

    private static func withRealCluster(
        _ configuration: ClusterConfiguration, _ script: @escaping SimulatedKubelet.Script,
        _ body: @Sendable @escaping (any Transport) async throws -> Measure
    ) async throws -> Measure {
        let transport = try HTTPTransport(configuration, logger: PipelineBenchmark.logger)
        // The node's calls wait for nobody else's.
        let nodeTransport = try HTTPTransport(configuration, logger: PipelineBenchmark.logger)
        let client = Client(transport: nodeTransport)
        for definition in CustomResourceDefinitions.all {
            let name = definition.json[path: ["metadata", "name"]]?.stringValue ?? ""
            let key = ObjectKey(namespace: nil, name: name)
            try await client.apply(.customResourceDefinition, key, definition.json, force: true)
        }
        for type in [ResourceType.pipelineRun, .trainingJob] {
            while try await !client.serves(type) { try await Task.sleep(for: .milliseconds(100)) }
        }
        let measure = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await SimulatedNode(client: client, name: "simulated").run() }
            defer { group.cancelAll() }
            return try await withKubelet(nodeTransport, script) { try await body(transport) }
        }
        await transport.shutdown()
        await nodeTransport.shutdown()
        return measure
    }
}

import ClusterTesting
import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import Logging

/// One run of many independent tasks on a simulated node, beside a bare client that makes the same pods by the same
/// writes in the same process: the ratio is what counts, absolute figures move from machine to machine.
@main
struct PipelineBenchmark {
    /// What one side took.
    struct Measure {
        var seconds: Double
        var cpuSeconds: Double
        var counts: CountingTransport.Counts
    }

    static let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }

    static func main() async throws {
        let tasks = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1000
        let rounds = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 3
        print(
            "\(tasks) one-container tasks in one run, \(rounds) rounds, \(ProcessInfo.processInfo.processorCount) cores"
        )
        var bare: [Measure] = []
        var runs: [Measure] = []
        for _ in 0..<rounds {
            bare.append(try await onCluster { try await bareClient(tasks, $0) })
            runs.append(try await onCluster { try await pipelineRun(tasks, $0) })
        }
        report("bare client", bare, tasks)
        report("fairlead", runs, tasks)
        let ratio = median(bare.map(\.seconds)) / median(runs.map(\.seconds))
        let cpu = (median(runs.map(\.cpuSeconds)) - median(bare.map(\.cpuSeconds))) / Double(tasks) * 1000
        print("ratio to the bare client: \(format(ratio)) of its rate")
        print("controller's own CPU: \(format(cpu)) ms a task (the difference in the process's CPU)")
        for (call, count) in (runs.last?.counts.calls ?? [:]).sorted(by: { $0.value > $1.value }) {
            print("    \(call): \(count)")
        }
    }

    /// Runs a measure on the cluster that `KUBECONFIG_TEST` names, else on a new one in memory, with a node around it.
    static func onCluster(_ body: @Sendable @escaping (any Transport) async throws -> Measure) async throws -> Measure {
        if let kubeconfig = ProcessInfo.processInfo.environment["KUBECONFIG_TEST"], !kubeconfig.isEmpty {
            return try await onRealCluster(try .find(kubeconfig: kubeconfig), body)
        }
        let server = try await LocalAPIServer(configuration: LocalAPIServer.Configuration(), logger: logger)
        let transport = InProcessTransport(server)
        let client = Client(transport: transport)
        for definition in CustomResourceDefinitions.all {
            try await client.create(.customResourceDefinition, namespace: nil, definition.json)
        }
        let kubelet = SimulatedKubelet(client: client)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try await kubelet.run() }
            defer { group.cancelAll() }
            return try await body(transport)
        }
    }

    private static func onRealCluster(
        _ configuration: ClusterConfiguration,
        _ body: @Sendable @escaping (any Transport) async throws -> Measure
    ) async throws -> Measure {
        let transport = try HTTPTransport(configuration, logger: logger)
        // The node's calls wait for nobody else's.
        let nodeTransport = try HTTPTransport(configuration, logger: logger)
        let client = Client(transport: nodeTransport)
        for definition in CustomResourceDefinitions.all {
            let name = definition.json[path: ["metadata", "name"]]?.stringValue ?? ""
            let key = ObjectKey(namespace: nil, name: name)
            try await client.apply(.customResourceDefinition, key, definition.json, force: true)
        }
        while try await !client.serves(.pipelineRun) { try await Task.sleep(for: .milliseconds(100)) }
        let kubelet = SimulatedKubelet(client: client)
        let measure = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await SimulatedNode(client: client, name: "simulated").run() }
            group.addTask { try await kubelet.run() }
            defer { group.cancelAll() }
            return try await body(transport)
        }
        await transport.shutdown()
        await nodeTransport.shutdown()
        return measure
    }

    /// A name that no round before this one had.
    static func newName() -> String { "bench-\(UUID().uuidString.prefix(8).lowercased())" }

    static func fixedRun(_ tasks: Int) -> FixedRun {
        FixedRun(pipeline: nil, spec: spec(tasks), params: [:])
    }

    static func spec(_ tasks: Int) -> PipelineSpec {
        PipelineSpec(
            tasks: (0..<tasks).map { index in
                PipelineTask(name: "t\(index)", container: ContainerSpec(image: "alpine:3.20", command: ["true"]))
            })
    }

    static func pipelineRun(_ tasks: Int, _ transport: any Transport) async throws -> Measure {
        let counting = CountingTransport(transport)
        let controller = FairleadController(
            client: Client(transport: counting),
            configuration: FairleadController.Configuration(),
            logger: logger)
        let observer = Client(transport: transport)
        let name = newName()
        try await prepare(name, tasks, observer)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let start = (Date(), cpuSeconds())
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await watchUntilDone(name, observer)
            return Measure(
                seconds: Date().timeIntervalSince(start.0), cpuSeconds: cpuSeconds() - start.1,
                counts: counting.counts)
        }
    }

    /// Makes the run and fixes its spec as the controller would, but with more tasks than a pipeline may have.
    private static func prepare(_ name: String, _ tasks: Int, _ client: Client) async throws {
        let run: JSONValue = [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "PipelineRun", "metadata": ["name": .string(name)],
            "spec": ["pipelineSpec": try KubernetesJSON.value(of: spec(1))],
        ]
        let made = try await client.create(.pipelineRun, namespace: "default", run)
        let metadata = try KubernetesJSON.decode(PipelineRun.self, from: made).metadata
        try await client.create(.configMap, namespace: "default", fixedRun(tasks).configMap(run: metadata))
    }

    private struct Done: Error {}

    /// Waits for the run's end and for the release of its last pod.
    private static func watchUntilDone(_ name: String, _ client: Client) async throws {
        let key = ObjectKey(namespace: "default", name: name)
        do {
            try await client.watch(
                PipelineRun.self, namespace: "default", WatchQuery(fieldSelector: "metadata.name=\(key.name)")
            ) { event in
                guard case .success(.modified(let run)) = event, run.status.phase?.isTerminal == true else { return }
                if run.status.phase != .succeeded { print("the run ended as \(run.status)") }
                throw Done()
            }
        } catch is Done {
            while true {
                let query = ListQuery(labelSelector: "\(FairleadLabel.recorded)!=true", limit: 1)
                if try await client.list(PodView.self, namespace: "default", query).items.isEmpty { return }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    static func report(_ name: String, _ measures: [Measure], _ tasks: Int) {
        let seconds = median(measures.map(\.seconds))
        let calls = median(measures.map { Double($0.counts.total) }) / Double(tasks)
        let bytes = median(measures.map { Double($0.counts.bytes) }) / Double(tasks)
        let cpu = median(measures.map(\.cpuSeconds)) / Double(tasks) * 1000
        print(
            "\(name): \(format(Double(tasks) / seconds)) tasks/s, \(format(calls)) calls a task, "
                + "\(format(bytes)) bytes sent a task, \(format(cpu)) ms CPU a task with server and node")
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func format(_ value: Double) -> String { String(format: "%.2f", value) }

    /// CPU time of this process, user and system.
    static func cpuSeconds() -> Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }
}

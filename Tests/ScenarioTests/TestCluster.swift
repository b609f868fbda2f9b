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
import Testing

/// An API server in memory, a node that runs nothing, and controllers that can be killed and started again, all on a
/// clock that runs a hundred times too fast.
final class TestCluster: Sendable {
    let server: LocalAPIServer
    let client: Client
    let clock = ManualClock(start: Date(timeIntervalSince1970: 1_767_225_600))
    let kubelet: SimulatedKubelet
    /// What goes wrong between the controller and the server.
    let faults: FaultyTransport
    let settings: PlanningSettings

    init(
        settings: PlanningSettings = PlanningSettings(artifactStore: "file:///store"), nodes: [String] = ["simulated"],
        script: @escaping SimulatedKubelet.Script = { _ in SimulatedKubelet.Ending() }
    ) async throws {
        let clock = clock
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        server = try await LocalAPIServer(
            configuration: LocalAPIServer.Configuration(now: { clock.now }), logger: logger)
        let transport = InProcessTransport(server)
        client = Client(transport: transport)
        kubelet = SimulatedKubelet(client: client, clock: clock, nodes: nodes, script: script)
        faults = FaultyTransport(transport)
        self.settings = settings
        for definition in CustomResourceDefinitions.all {
            try await client.create(.customResourceDefinition, namespace: nil, definition.json)
        }
    }

    /// Runs the server's own controllers, the node and the clock around a body.
    func run(_ body: @Sendable @escaping () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.server.run() }
            group.addTask { try await self.kubelet.run() }
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(2))
                    self.clock.advance(by: .milliseconds(200))
                }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Runs a controller around a body; when the body returns, it is killed without any farewell.
    ///
    /// A controller that gives up since it could not read a kind in time is started again, as a Deployment does; one
    /// that ends otherwise is an issue.
    ///
    /// - Parameters:
    ///   - transport: Between it and the server; nil for one that goes wrong as ``faults`` does.
    ///   - elector: Decides whether it leads; nil for always.
    func withController(
        transport: (any Transport)? = nil, elector: LeaderElector? = nil,
        _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    do {
                        try await self.controller(transport ?? self.faults, elector).run()
                    } catch is RuntimeGroup.NotReady where elector == nil {
                        continue
                    } catch is LeadershipLost {
                        // As the process would end, to be started again.
                    } catch let error where !Task.isCancelled {
                        Issue.record(error, "the controller ended")
                    }
                    return
                }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private func controller(_ transport: any Transport, _ elector: LeaderElector?) -> FairleadController {
        FairleadController(
            client: Client(transport: transport),
            configuration: FairleadController.Configuration(planning: settings), elector: elector,
            logger: Logger(label: "controller") { _ in SwiftLogNoOpLogHandler() }, clock: clock)
    }

    func create(_ yaml: String) async throws {
        for object in try ManifestReader.read(yaml) {
            let gvk = GroupVersionKind(
                apiVersion: object["apiVersion"]?.stringValue ?? "", kind: object["kind"]?.stringValue ?? "")
            let known = [ResourceType.pipeline, .pipelineRun, .trigger, .trainingJob]
            let type = try #require(known.first { $0.gvk == gvk })
            let namespace = object[path: ["metadata", "namespace"]]?.stringValue ?? "default"
            try await client.create(type, namespace: namespace, object)
        }
    }

    func pipelineRun(_ name: String, namespace: String = "default") async throws -> PipelineRun {
        try await client.get(PipelineRun.self, ObjectKey(namespace: namespace, name: name))
    }

    func trainingJob(_ name: String, namespace: String = "default") async throws -> TrainingJob {
        try await client.get(TrainingJob.self, ObjectKey(namespace: namespace, name: name))
    }

    func pods(namespace: String = "default") async throws -> [PodView] {
        try await client.list(PodView.self, namespace: namespace).items
    }

    /// Waits until a condition holds; records an issue after two minutes.
    func eventually(
        _ what: String, location: SourceLocation = #_sourceLocation,
        _ condition: @Sendable () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(120))
        while ContinuousClock.now < deadline {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        var state = ""
        for namespace in ["default", "team"] {
            for pod in (try? await pods(namespace: namespace)) ?? [] {
                state += "\n\(pod.key) \(pod.status.phase ?? "") held by \(pod.metadata.finalizers)"
                if let deleted = pod.metadata.deletionTimestamp { state += " deleted at \(deleted)" }
            }
        }
        Issue.record("not in time: \(what)\(state)", sourceLocation: location)
    }

    /// Waits until a run is finished.
    func finished(_ name: String, location: SourceLocation = #_sourceLocation) async throws -> PipelineRun {
        try await eventually("run \(name) is finished", location: location) {
            try await self.pipelineRun(name).status.phase?.isTerminal == true
        }
        return try await pipelineRun(name)
    }

    /// Waits until a training job is finished.
    func finishedJob(_ name: String, location: SourceLocation = #_sourceLocation) async throws -> TrainingJob {
        try await eventually("job \(name) is finished", location: location) {
            try await self.trainingJob(name).status.phase?.isTerminal == true
        }
        return try await trainingJob(name)
    }

    /// Waits until nothing of ours holds a pod.
    func released(location: SourceLocation = #_sourceLocation) async throws {
        try await eventually("every pod is released", location: location) {
            try await self.pods().allSatisfy { $0.metadata.finalizers.isEmpty }
        }
    }
}

/// Pipelines of a few lines.
enum Manifests {
    /// A run of `count` independent tasks and one that waits for all.
    static func fan(_ name: String, count: Int, retries: Int = 0) -> String {
        let tasks = (0..<count).map { index in
            "    - {name: t\(index), command: [work], retry: {max: \(retries), backoff: {duration: 1s}}}"
        }
        return """
            apiVersion: fairlead.dev/v1alpha1
            kind: PipelineRun
            metadata: {name: \(name)}
            spec:
              pipelineSpec:
                defaults: {image: "python:3.12-slim"}
                tasks:
            \(tasks.joined(separator: "\n"))
                - {name: last, command: [work], dependsOn: [\((0..<count).map { "t\($0)" }.joined(separator: ", "))]}
            """
    }
}

import ClusterTesting
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import Logging
import Testing

@testable import FairleadCLI

/// What commands do with training jobs: an API server with Fairlead's kinds, without any controller.
@Suite("Commands on training jobs")
struct JobClusterTests {
    private let cluster: Cluster

    init() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await LocalAPIServer(configuration: LocalAPIServer.Configuration(), logger: logger)
        cluster = Cluster(
            client: Client(transport: InProcessTransport(server)), namespace: "default", namespaceOption: nil,
            logger: logger)
    }

    private static let manifest = """
        apiVersion: fairlead.dev/v1alpha1
        kind: TrainingJob
        metadata: {name: bert}
        spec: {framework: pytorch, image: i, command: [train], nodes: 2}
        """

    private func order(_ text: String, name: String? = nil, _ arguments: [ParamArgument] = []) throws -> RunOrder {
        let set = ManifestSet([ManifestSource(name: "job.yaml", text: text)])
        try #require(set.problems.isEmpty, "\(set.problems)")
        return RunOrder(source: .manifests(set), arguments: arguments, name: name)
    }

    private func refusal(_ body: () async throws -> Void) async -> CommandError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? CommandError
        }
    }

    private func job(_ name: String) async throws -> JSONValue {
        try await cluster.client.get(.trainingJob, cluster.key(name))
    }

    @Test("a job in a file is made once, under its name or another")
    func run() async throws {
        try await DefinitionInstaller(client: cluster.client).install()
        #expect(try await order(Self.manifest).launch(cluster) == [WorkloadKey(.job, cluster.key("bert"))])
        let again = await refusal { _ = try await order(Self.manifest).launch(cluster) }
        #expect(again?.code == .conflict)
        #expect(again?.message.contains("training job \"bert\" exists already") == true)
        #expect(
            try await order(Self.manifest, name: "other").launch(cluster) == [WorkloadKey(.job, cluster.key("other"))])
        #expect(try await job("other")[path: ["spec", "nodes"]] == 2)
        let params = [try ParamArgument("a=1")]
        #expect(
            await refusal { _ = try await order(Self.manifest, name: nil, params).launch(cluster) }?.code
                == .invalidInput)
        var uncached = try order(Self.manifest, name: "uncached")
        uncached.usesCache = false
        let refused = uncached
        #expect(await refusal { _ = try await refused.launch(cluster) }?.message.contains("--no-cache") == true)
    }

    @Test("jobs and runs are found by name, and a name of both says so")
    func names() async throws {
        try await DefinitionInstaller(client: cluster.client).install()
        _ = try await order(Self.manifest).launch(cluster)
        #expect(try await cluster.workload("bert").kind == .job)
        #expect(try await cluster.workload("trainingjob/bert").kind == .job)
        #expect(await refusal { _ = try await cluster.workload("bret") }?.message.contains("\"bert\"?") == true)
        #expect(await refusal { _ = try await cluster.workload("run/bert") }?.code == .notFound)
        try await cluster.client.create(
            .pipelineRun, namespace: "default",
            [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": "PipelineRun", "metadata": ["name": "bert"],
                "spec": ["pipeline": "p"],
            ])
        #expect(
            await refusal { _ = try await cluster.workload("bert") }?.message
                == "\"bert\" is a run and a training job; write run/bert or job/bert")
        #expect(try await cluster.workload("run/bert").kind == .run)
        #expect(try await cluster.workload("job/bert").kind == .job)
    }

    @Test("suspend, resume and stop set what kubectl would set, until the job is finished")
    func control() async throws {
        try await DefinitionInstaller(client: cluster.client).install()
        _ = try await order(Self.manifest).launch(cluster)
        let control = RunControl(cluster: cluster)
        #expect(try await control.suspend(true, "bert") == "trainingjob/bert suspended")
        #expect(try await job("bert")[path: ["spec", "suspend"]] == true)
        #expect(try await control.suspend(false, "bert") == "trainingjob/bert resumed")
        #expect(try await control.stop("bert", .stop) == "trainingjob/bert stopping")
        #expect(try await job("bert")[path: ["spec", "shutdown"]] == "Stop")
        #expect(await refusal { _ = try await control.decide(run: "bert", task: "a", .approved) }?.code == .conflict)
        try await cluster.client.patch(
            .trainingJob, cluster.key("bert"), ["status": ["phase": "Stopped"]], subresource: "status")
        #expect(
            await refusal { _ = try await control.stop("bert", .stop) }?.message
                == "training job \"bert\" is Stopped already")
    }

    @Test("logs and why of a job without pods say so")
    func withoutPods() async throws {
        try await DefinitionInstaller(client: cluster.client).install()
        _ = try await order(Self.manifest).launch(cluster)
        guard case .job(let job) = try await cluster.workload("bert") else { return #expect(Bool(false)) }
        let logs = JobLogs(cluster: cluster, job: job, address: try MemberAddress("1"), container: "main")
        let problem = await refusal { try await logs.print(isPrevious: false) }
        #expect(problem?.message == "rank 1 of training job \"bert\" has no pod (Pending); -f waits for it")
        let why = try await Investigator(cluster: cluster).why(job, now: Date())
        #expect(why.lines().contains { $0.contains("does the controller run") }, "\(why.lines())")
    }

    @Test("a cluster without the kind has no jobs, and says what to add")
    func withoutTheKind() async throws {
        for definition in CustomResourceDefinitions.all where definition.name != "trainingjobs.fairlead.dev" {
            try await cluster.client.create(.customResourceDefinition, namespace: nil, definition.json)
        }
        #expect(try await cluster.trainingJobs(namespace: nil).isEmpty)
        #expect(await refusal { _ = try await cluster.workload("x") }?.code == .notFound)
        let refused = await refusal { _ = try await order(Self.manifest).launch(cluster) }
        #expect(refused?.message.contains("fairlead crds") == true)
    }
}

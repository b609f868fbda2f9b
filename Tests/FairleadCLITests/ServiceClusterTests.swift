import ClusterTesting
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import Logging
import Testing

@testable import FairleadCLI

/// What commands do with inference services: an API server with Fairlead's kinds, without any controller.
@Suite("Commands on inference services")
struct ServiceClusterTests {
    private let cluster: Cluster

    init() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await LocalAPIServer(configuration: LocalAPIServer.Configuration(), logger: logger)
        cluster = Cluster(
            client: Client(transport: InProcessTransport(server)), namespace: "default", namespaceOption: nil,
            logger: logger)
        try await DefinitionInstaller(client: cluster.client).install()
        try await make(.inferenceService, "churn", ["model": "churn@production"])
    }

    private func make(_ type: ResourceType, _ name: String, _ spec: JSONValue) async throws {
        try await cluster.client.create(
            type, namespace: "default",
            [
                "apiVersion": .string(type.gvk.apiVersion), "kind": .string(type.gvk.kind),
                "metadata": ["name": .string(name)], "spec": spec,
            ])
    }

    private func refusal(_ body: () async throws -> Void) async -> CommandError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? CommandError
        }
    }

    @Test("a service is found by its name, and a name of several kinds says so")
    func names() async throws {
        #expect(try await cluster.workload("churn").kind == .service)
        #expect(try await cluster.workload("inferenceservice/churn").kind == .service)
        #expect(await refusal { _ = try await cluster.workload("chrun") }?.message.contains("\"churn\"?") == true)
        try await make(.pipelineRun, "churn", ["pipeline": "p"])
        #expect(
            await refusal { _ = try await cluster.workload("churn") }?.message
                == "\"churn\" is a run and an inference service; write run/churn or service/churn")
        #expect(try await cluster.workload("service/churn").kind == .service)
    }

    @Test("suspend and resume set what kubectl would set; a service has no end")
    func control() async throws {
        let control = RunControl(cluster: cluster)
        func suspended() async throws -> JSONValue? {
            try await cluster.client.get(.inferenceService, cluster.key("churn"))[path: ["spec", "suspend"]]
        }
        #expect(try await control.suspend(true, "churn") == "inferenceservice/churn suspended")
        #expect(try await suspended() == true)
        #expect(try await control.suspend(false, "churn") == "inferenceservice/churn resumed")
        #expect(try await suspended() == false)
        #expect(await refusal { _ = try await control.stop("churn", .stop) }?.code == .conflict)
        #expect(await refusal { _ = try await control.decide(run: "churn", task: "a", .approved) }?.code == .conflict)
    }

    @Test("logs and why of a service without pods say so")
    func withoutPods() async throws {
        guard case .service(var service) = try await cluster.workload("churn") else { return #expect(Bool(false)) }
        #expect(throws: CommandError.self) { try ServiceAddress(nil, of: service) }
        service.status.revisions = [RevisionStatus(name: "churn-1a2b3c4d")]
        let logs = ServiceLogs(
            cluster: cluster, service: service, address: try ServiceAddress(nil, of: service), container: "main")
        let problem = await refusal { try await logs.print(isPrevious: false) }
        #expect(
            problem?.message == "inference service \"churn\" has no predictor pod (Pending); -f waits for one")
        service.status.revisions = []
        let why = try await Investigator(cluster: cluster).why(service, now: Date())
        #expect(why.lines().contains { $0.contains("does the controller run") }, "\(why.lines())")
    }

    @Test("what the shipped runtimes and a service with every field say is taken by the API server")
    func manifests() async throws {
        for object in try ShippedRuntimes.objects() {
            try await cluster.client.create(.clusterServingRuntime, namespace: nil, object)
        }
        let text = """
            model: {uri: "s3://b/c", format: sklearn, version: 1}
            replicas: {min: 0, max: 3}
            scale: {metric: rps, target: 10.5}
            rollout: {steps: [0, "5", 25], every: 10m, checks: [{metric: errorRate, max: 0.01}]}
            sticky: {header: x-user-id}
            mirror: {model: "churn:7", percent: 10}
            logPayloads: {url: "http://log", sample: 0.5}
            transformer: {image: t, resources: {cpu: 0.5}}
            """
        let spec = try #require(try ManifestReader.read(text).first)
        #expect(InferenceServiceValidator.validate(json: spec) == [])
        try await make(.inferenceService, "full", spec)
        let refused: [(JSONValue, String)] = [
            (["replicas": ["min": 3, "max": 2]], "min must be at most max"),
            (["sticky": ["header": "a", "cookie": "b"]], "needs exactly one of header, cookie"),
            (["protocol": "v3"], "Unsupported value"),
            (["variants": [["model": "churn:7"]]], "name"),
        ]
        for (spec, message) in refused {
            do {
                try await make(.inferenceService, "refused", spec)
                Issue.record("\(spec) was taken")
            } catch let error as APIError {
                #expect(error.isInvalid && error.description.contains(message), "\(error)")
            }
        }
        let long = String(repeating: "a", count: 41)
        await #expect(throws: APIError.self) { try await make(.inferenceService, long, ["image": "i"]) }
    }
}

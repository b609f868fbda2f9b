import ClusterTesting
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import PropertyTesting
import Synchronization
import Testing

@testable import FairleadControllers

/// Numbers without gaps or races, whoever registers at the same time and whatever goes wrong.
@Suite(.serialized) struct ModelRegistrationScenarios {
    static func registration(
        _ source: String, model: String = "churn", alias: String? = nil
    ) throws -> ModelRegistration {
        let run = ObjectMeta(name: "run-\(source)", namespace: "default", uid: "uid-\(source)")
        var registration = try ModelRegistration(
            model: model, artifact: ArtifactReference(uri: "file:///store/\(source)/model"), params: [:],
            lineage: ModelLineage(run: run.name, runUID: run.uid, task: "fit"),
            source: ModelRegistration.Source(run: run, task: "register"))
        registration.alias = alias
        return registration
    }

    /// Registers until it succeeds, as a reconciler does, each time anew and from nothing.
    private static func insist(_ registration: ModelRegistration, _ transport: any Transport) async throws
        -> RegisteredModel
    {
        while true {
            do {
                return try await ModelRegistrar(client: Client(transport: transport)).register(registration)
            } catch let error as APIError where error.isRetryable || error.isConflict {
                continue
            } catch is TransportError {
                continue
            }
        }
    }

    private static func versions(_ cluster: TestCluster, _ model: String) async throws -> [ModelVersion] {
        try await cluster.client.listAll(ModelVersion.self, namespace: "default").items.filter { $0.model == model }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func numbersHaveNoGapsAndNoSourceHasTwo(seed: UInt64) async throws {
        let cluster = try await TestCluster()
        let chance = Mutex(SeededGenerator(seed: seed))
        let faults = FaultyTransport(InProcessTransport(cluster.server)) { _ in
            chance.withLock { generator in
                guard generator.chance(0.15) else { return nil }
                let calls: [FaultyTransport.Fault] = [
                    .refuse(status: 429, reason: "TooManyRequests"), .refuse(status: 500, reason: "InternalError"),
                    .noConnection, .loseAnswer, .sendTwice,
                ]
                return calls.randomElement(using: &generator)
            }
        }
        // Twelve sources, each registered by three that know nothing of each other, as after a change of leaders.
        let made = try await withThrowingTaskGroup(of: (String, RegisteredModel).self) {
            group -> [String: Set<RegisteredModel>] in
            for source in 0..<12 {
                for _ in 0..<3 {
                    group.addTask {
                        ("\(source)", try await Self.insist(try Self.registration("\(source)"), faults))
                    }
                }
            }
            return try await group.reduce(into: [:]) { made, one in _ = made[one.0, default: []].insert(one.1) }
        }
        #expect(made.values.allSatisfy { $0.count == 1 }, "seed \(seed): a source has one version: \(made)")
        let versions = try await Self.versions(cluster, "churn")
        let numbers = versions.compactMap { $0.spec.value.flatMap { ModelName.number($0.version.text) } }
        #expect(numbers.sorted() == Array(1...12), "seed \(seed)")
        #expect(Set(versions.compactMap { $0.metadata.labels[FairleadLabel.registration] }).count == 12)
        #expect(versions.allSatisfy { ModelVersionValidator.validate($0).isEmpty })
    }

    /// What somebody made by hand under a name that does not fit is Invalid, and costs no number but its own.
    @Test func aNameThatDoesNotFitCostsNoNumber() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                let registrar = ModelRegistrar(client: cluster.client)
                _ = try await registrar.register(try Self.registration("a"))
                for name in ["churn-900", "chrun-70"] {
                    try await cluster.client.create(
                        .modelVersion, namespace: "default",
                        [
                            "apiVersion": "fairlead.dev/v1alpha1", "kind": "ModelVersion",
                            "metadata": ["name": .string(name), "labels": [FairleadLabel.model: "churn"]],
                            "spec": ["model": "churn", "version": 9, "uri": "s3://models/churn/9"],
                        ])
                }
                try await cluster.eventually("both are judged") {
                    try await Self.versions(cluster, "churn").count { $0.status.phase == .invalid } == 2
                }
                #expect(try await registrar.register(try Self.registration("b")).version == 2)
                let model = ObjectKey(namespace: "default", name: "churn")
                try await cluster.eventually("the number is noted") {
                    try await cluster.client.get(Model.self, model).status.lastNumber == 2
                }
                #expect(try await registrar.register(try Self.registration("c")).version == 3)
            }
        }
    }

    @Test func aDeletedVersionsNumberIsNeverGivenAgain() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                let registrar = ModelRegistrar(client: cluster.client)
                for source in ["a", "b"] { _ = try await registrar.register(try Self.registration(source)) }
                try await cluster.client.delete(.modelVersion, ObjectKey(namespace: "default", name: "churn-2"))
                try await cluster.eventually("version 2 is gone") {
                    try await Self.versions(cluster, "churn").map(\.metadata.name) == ["churn-1"]
                }
                let next = try await registrar.register(try Self.registration("c"))
                #expect(next.version == 3)
                let again = try await registrar.register(try Self.registration("a"))
                #expect(again.version == 1)
                #expect(again.reference.description == "churn:1")
            }
        }
    }
}

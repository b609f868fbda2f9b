import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import PropertyTesting
import Synchronization
import Testing

@testable import FairleadControllers

/// The registry on a server, with nothing but what a user of kubectl can do.
@Suite(.serialized) struct ModelScenarios {
    private static let key = ObjectKey(namespace: "default", name: "churn")

    private static func version(_ number: Int) -> ObjectKey {
        ObjectKey(namespace: "default", name: "churn-\(number)")
    }

    private static func create(_ cluster: TestCluster, _ yaml: String) async throws {
        for object in try ManifestReader.read(yaml) {
            let type: ResourceType = object["kind"] == "Model" ? .model : .modelVersion
            try await cluster.client.create(type, namespace: "default", object)
        }
    }

    private static func model(_ cluster: TestCluster) async throws -> Model {
        try await cluster.client.get(Model.self, key)
    }

    private static func aliases(_ cluster: TestCluster) async throws -> [String: String] {
        try await model(cluster).status.aliases.compactMapValues(\.version)
    }

    private static func register(_ cluster: TestCluster, _ source: String, auc: Double) async throws {
        var registration = try ModelRegistrationScenarios.registration(source, alias: "candidate")
        registration.metrics = ["auc": auc]
        _ = try await ModelRegistrar(client: cluster.client).register(registration)
    }

    private static let manual = """
        apiVersion: fairlead.dev/v1alpha1
        kind: Model
        metadata: {name: churn}
        spec:
          owner: risk
          promote: [{from: candidate, to: production, approve: Manual}]
        """

    private static func approve(_ cluster: TestCluster, _ version: Int, _ decision: String = "Approved") async throws {
        let decisions: JSONValue = ["production": [String(version): .string(decision)]]
        try await cluster.client.patch(.model, key, ["spec": ["approvals": decisions]])
    }

    @Test func aVersionIsRegisteredApprovedPinnedAndDeleted() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await Self.create(cluster, Self.manual)
                try await Self.register(cluster, "a", auc: 0.9)
                try await cluster.eventually("version 1 waits for a decision") {
                    try await Self.model(cluster).status.pending.map(\.version) == ["1"]
                }
                try await Self.approve(cluster, 1)
                try await cluster.eventually("version 1 is in production") {
                    try await Self.aliases(cluster) == ["candidate": "1", "production": "1"]
                }
                try await Self.register(cluster, "b", auc: 0.95)
                try await Self.approve(cluster, 2)
                try await cluster.eventually("version 2 is in production") {
                    try await Self.aliases(cluster)["production"] == "2"
                }
                let status = try await Self.model(cluster).status
                #expect(status.aliases["production"]?.previous == "1")
                #expect(status.aliases["production"]?.by == "spec.promote[0]")
                #expect(status.latest == "2")
                #expect(status.versions == 2)
                try await cluster.client.delete(.modelVersion, Self.version(2))
                try await cluster.eventually("the deletion of version 2 waits, and says why") {
                    let version = try await cluster.client.get(ModelVersion.self, Self.version(2))
                    return version.status.message?.contains("aliases candidate, production point at it") == true
                }
                let pins: JSONValue = ["production": "1", "candidate": "None"]
                try await cluster.client.patch(.model, Self.key, ["spec": ["aliases": pins]])
                try await cluster.eventually("version 2 is gone") {
                    try await cluster.client.listAll(ModelVersion.self, namespace: "default").items.count == 1
                }
                #expect(try await Self.aliases(cluster) == ["production": "1"])
                try await cluster.eventually("the moves are told") {
                    let notes = try await cluster.client.listAll(.event, namespace: "default").items
                        .compactMap { $0["note"]?.stringValue }
                    return notes.contains("production: 1 -> 2, by spec.promote[0]")
                        && notes.contains("production: 2 -> 1, by spec.aliases")
                }
            }
        }
    }

    @Test func aModelTakesItsVersionsAlongAndSoDoesANamespace() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await Self.create(
                    cluster,
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: ModelVersion
                    metadata: {name: churn-7, annotations: {fairlead.dev/requested-alias: production}}
                    spec: {model: churn, version: 7, uri: "s3://models/churn/7", format: sklearn}
                    """)
                try await cluster.eventually("the version says that it has no model") {
                    let version = try await cluster.client.get(ModelVersion.self, Self.version(7))
                    return version.status.message == "spec.model: there is no Model \"churn\" here"
                }
                try await Self.create(cluster, Self.manual)
                try await cluster.eventually("the version made by hand is the model's") {
                    try await Self.aliases(cluster) == ["production": "7"]
                }
                try await Self.register(cluster, "a", auc: 0.9)
                _ = try await cluster.client.get(ModelVersion.self, Self.version(8))
                try await cluster.client.delete(.model, Self.key)
                try await cluster.eventually("all versions are gone") {
                    try await cluster.client.listAll(ModelVersion.self, namespace: "default").items.isEmpty
                }
                try await Self.register(cluster, "b", auc: 0.9)
                try await cluster.eventually("a new model begins anew") {
                    try await Self.aliases(cluster) == ["candidate": "1"]
                }
            }
        }
    }

    @Test func aBadModelSaysWhatIsWrongAndDisturbsNobody() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await Self.create(
                    cluster,
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: Model
                    metadata: {name: bad}
                    spec:
                      promote: [{from: candidate, to: production}]
                      approvals: {prodution: {"8": Approved}}
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: ModelVersion
                    metadata: {name: churn-2}
                    spec: {model: churn, version: 3, uri: "s3://models/churn/3"}
                    """)
                try await Self.create(cluster, Self.manual)
                try await Self.register(cluster, "a", auc: 0.9)
                try await cluster.eventually("the good one goes on") {
                    try await Self.aliases(cluster)["candidate"] != nil
                }
                try await cluster.eventually("the bad one says what is wrong") {
                    let bad = try await cluster.client.get(
                        Model.self, ObjectKey(namespace: "default", name: "bad"))
                    return bad.status.phase == .invalid
                        && bad.status.message?.contains("did you mean \"production\"?") == true
                }
                try await cluster.eventually("the bad version says what is wrong") {
                    let bad = try await cluster.client.get(ModelVersion.self, Self.version(2))
                    return bad.status.phase == .invalid
                        && bad.status.message?.contains("must be \"churn-3\"") == true
                }
            }
        }
    }

    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func theControllerIsKilledAtAnyWrite(seed: UInt64) async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await Self.create(cluster, Self.manual)
            for source in ["a", "b", "c"] { try await Self.register(cluster, source, auc: 0.9) }
            try await Self.approve(cluster, 3)
            try await cluster.client.delete(.modelVersion, Self.version(1))
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<5 {
                let left = Mutex(1 + Int(generator.next() % 3))
                let isLost = generator.chance(0.5)
                cluster.faults.decide { request in
                    guard request.method != .get, request.path.contains("model") else { return nil }
                    return left.withLock { left in
                        left -= 1
                        if left > 0 { return nil }
                        return left == 0 && isLost ? .loseAnswer : .noConnection
                    }
                }
                try await cluster.withController {
                    try await cluster.eventually("the controller has died or is done") {
                        if left.withLock({ $0 <= 0 }) { return true }
                        return try await Self.isAtRest(cluster)
                    }
                }
            }
            cluster.faults.heal()
            try await cluster.withController {
                try await cluster.eventually("all is as it should be, seed \(seed)") {
                    try await Self.isAtRest(cluster)
                }
                let status = try await Self.model(cluster).status
                #expect(status.lastNumber == 3, "seed \(seed)")
                #expect(status.aliases["production"]?.version == "3", "seed \(seed)")
                #expect(status.aliases["production"]?.previous == nil, "seed \(seed)")
            }
        }
    }

    private static func isAtRest(_ cluster: TestCluster) async throws -> Bool {
        let versions = try await cluster.client.listAll(ModelVersion.self, namespace: "default").items
        guard try await aliases(cluster) == ["candidate": "3", "production": "3"] else { return false }
        return versions.map(\.metadata.name).sorted() == ["churn-2", "churn-3"]
            && versions.first { $0.metadata.name == "churn-3" }?.status.aliases == "candidate, production"
    }
}

import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import PropertyTesting
import Synchronization
import Testing

/// Services on a server, with Deployments, pods and nothing else but what a user of kubectl can do.
@Suite(.serialized) struct ServingScenarios {
    private static func manifest(_ spec: String, name: String = "churn") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: InferenceService
        metadata: {name: \(name)}
        spec: \(spec)
        """
    }

    private static let stored = "{model: {uri: \"s3://models/churn/7\", format: sklearn}}"
    private static let model = """
        apiVersion: fairlead.dev/v1alpha1
        kind: Model
        metadata: {name: churn}
        spec: {aliases: {production: "1"}}
        """

    @Test func aServiceComesUpAndLeavesNothing() async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest("{model: {uri: \"s3://models/churn/7\", format: sklearn}}"))
                let status = try await serving.status("is ready") { $0.phase == .ready }
                #expect(status.url == "http://churn.default.svc.cluster.local")
                #expect(status.revisions.map(\.weight) == [100])
                #expect(status.replicas == "1/1")
                let revision = try #require(status.revisions.first?.name)
                #expect(try await serving.deployments() == [revision])
                let address = try await serving.cluster.client.get(ServiceView.self, ServingCluster.key("churn"))
                #expect(address.spec.externalName == "fairlead-router.fairlead-system.svc.cluster.local")
                // What is deleted by hand is made again.
                try await serving.cluster.client.delete(.deployment, ServingCluster.key(revision))
                try await serving.status("has noticed it") { $0.phase != .ready }
                try await serving.status("is ready again") { $0.phase == .ready }

                try await serving.cluster.client.delete(.inferenceService, ServingCluster.key("churn"))
                try await serving.cluster.eventually("nothing is left") { try await serving.leftovers().isEmpty }
            }
        }
    }

    /// The alias is in effect when the rollout has ended, and after a rollback it stays where it was.
    @Test func anAliasIsFollowed() async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.model)
                try await serving.register(1)
                try await serving.create(Self.manifest("{model: churn@production, timeouts: {ready: 60s}}"))
                try await serving.status("serves version 1") { $0.phase == .ready && $0.model == "churn:1" }
                try await serving.register(2)
                try await serving.pin(2)
                try await serving.cluster.eventually("the alias is on its way") {
                    let alias = try await serving.model().status.aliases["production"]
                    return alias?.target == "2" || alias?.version == "2"
                }
                try await serving.status("serves version 2") { $0.phase == .ready && $0.model == "churn:2" }
                try await serving.cluster.eventually("the alias is in effect") {
                    try await serving.model().status.aliases["production"]?.version == "2"
                }
                try await serving.cluster.eventually("the old revision is gone") {
                    try await serving.deployments().count == 1
                }
            }
        }
    }

    @Test func aVersionThatCannotBeLoadedIsRejected() async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.model)
                try await serving.register(1)
                try await serving.create(Self.manifest("{model: churn@production, timeouts: {ready: 60s}}"))
                try await serving.status("serves version 1") { $0.phase == .ready }
                try await serving.register(2, digest: "sha256:\(String(repeating: "a", count: 64))")
                try await serving.pin(2)
                try await serving.status("loads version 2") { $0.phase == .rollingOut }
                // Its pod finds other files than were registered.
                let line = #"{"error":"the digest is another","reason":"DigestMismatch"}"#
                let failed: JSONValue = [
                    "phase": "Pending",
                    "conditions": [["type": "Ready", "status": "False"]],
                    "initContainerStatuses": [
                        [
                            "name": "fetch", "image": "fairlead:1", "imageID": "", "restartCount": 1, "ready": false,
                            "state": ["terminated": ["exitCode": 65, "reason": "Error", "message": .string(line)]],
                        ]
                    ],
                ]
                try await serving.cluster.eventually("the version is rejected") {
                    let status = try await serving.service().status
                    #expect(status.conditions[type: "Ready"]?.status == .isTrue, "\(status)")
                    let candidate = status.rollouts.first?.candidate
                    for pod in try await serving.cluster.pods() where candidate != nil {
                        guard pod.metadata.labels[FairleadLabel.revision] == candidate else { continue }
                        _ = try? await serving.cluster.client.patch(
                            .pod, pod.key, ["status": failed], as: .strategicMerge, subresource: "status")
                    }
                    let version = try await serving.cluster.client.get(
                        ModelVersion.self, ServingCluster.key("churn-2"))
                    return version.status.phase == .rejected
                }
                let status = try await serving.status("serves version 1 alone") { status in
                    status.phase == .ready && status.model == "churn:1" && status.revisions.count == 1
                }
                #expect(status.revisions.map(\.weight) == [100])
                #expect(try await serving.model().status.aliases["production"]?.version == "1")
            }
        }
    }

    @Test func variantsAMirrorAndATransformer() async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(
                    Self.manifest(
                        """
                        {variants: [{name: a, model: {uri: "s3://a", format: sklearn}, weight: 20},
                                    {name: b, image: "own:1", weight: 80}],
                         mirror: {model: {uri: "s3://c", format: sklearn}, percent: 10},
                         transformer: {image: "tokens:1"}}
                        """))
                let status = try await serving.status("all of it serves") { status in
                    status.revisions.map(\.weight) == [20, 80, 0] && status.revisions.allSatisfy { $0.state == .ready }
                }
                #expect(status.traffic == "20/80")
                #expect(status.revisions.map(\.mirror) == [nil, nil, 10])
                #expect(status.revisions.allSatisfy { $0.components == ["predictor", "transformer"] })
                #expect(try await serving.deployments().count == 6)
            }
        }
    }

    @Test func whatIsMissingIsWaitedFor() async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            let other: JSONValue = [
                "apiVersion": "v1", "kind": "Service", "metadata": ["name": "taken"],
                "spec": ["type": "ExternalName", "externalName": "elsewhere.org"],
            ]
            try await serving.cluster.client.create(.service, namespace: "default", other)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest(Self.stored))
                try await serving.create(Self.manifest(Self.stored, name: "taken"))
                try await serving.create(Self.manifest("{model: {uri: \"s3://x\"}}", name: "wrong"))
                try await serving.status("has no runtime") { $0.reason == .noRuntime }
                try await serving.status("is wrong", of: "wrong") { $0.phase == .invalid }
                try await serving.create(ServingCluster.runtime)
                try await serving.status("is ready") { $0.phase == .ready }
                let status = try await serving.status("finds its name taken", of: "taken") { $0.reason == .nameTaken }
                #expect(status.conditions[type: "Ready"]?.reason == "NameTaken")
                let found = try await serving.cluster.client.get(ServiceView.self, ServingCluster.key("taken"))
                #expect(found.spec.externalName == "elsewhere.org")
                try await serving.cluster.client.delete(.service, ServingCluster.key("taken"))
                try await serving.status("is ready", of: "taken") { $0.phase == .ready }
            }
        }
    }

    @Test func suspendedItHasNoPods() async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest(Self.stored))
                try await serving.status("is ready") { $0.phase == .ready }
                try await serving.edit(["suspend": true])
                try await serving.status("is suspended") { $0.phase == .suspended }
                try await serving.cluster.eventually("its pods are gone") {
                    let pods = try await serving.cluster.pods().count
                    let deployments = try await serving.deployments()
                    return pods == 0 && deployments.isEmpty
                }
                try await serving.edit(["suspend": false])
                try await serving.status("is ready again") { $0.phase == .ready }
            }
        }
    }

    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func theControllerIsKilledAtAnyRequest(seed: UInt64) async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.create(Self.model)
            try await serving.register(1)
            try await serving.create(Self.manifest("{model: churn@production, replicas: {min: 2, max: 2}}"))
            var generator = SeededGenerator(seed: seed)
            for round in 0..<8 {
                if round == 4 {
                    try await serving.register(2)
                    try await serving.pin(2)
                }
                // The controller dies at its n-th write: that one may or may not have reached the server.
                let left = Mutex(1 + Int(generator.next() % 6))
                let isLost = generator.chance(0.5)
                serving.cluster.faults.decide { request in
                    guard request.method != .get else { return nil }
                    return left.withLock { left in
                        left -= 1
                        if left > 0 { return nil }
                        return left == 0 && isLost ? .loseAnswer : .noConnection
                    }
                }
                try await serving.cluster.withController {
                    try await serving.cluster.eventually("the controller has died or is done") {
                        if left.withLock({ $0 <= 0 }) { return true }
                        let model = try await serving.model().status.aliases["production"]?.version
                        return try await serving.service().status.phase == .ready && model == (round < 4 ? "1" : "2")
                    }
                }
            }
            serving.cluster.faults.heal()
            try await serving.cluster.withController {
                try await serving.status("serves version 2, seed \(seed)") { status in
                    status.phase == .ready && status.model == "churn:2" && status.revisions.count == 1
                }
                try await serving.cluster.eventually("one revision is left, seed \(seed)") {
                    let names = try await serving.leftovers()
                    return names.filter { $0.hasPrefix("deployments/") }.count == 1
                        && names.filter { $0.hasPrefix("services/") }.count == 2
                        && names.filter { $0.hasPrefix("pods/") }.count == 2
                }
            }
        }
    }

    private static func run(_ name: String, args: String) -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: \(name)}
        spec:
          params: {model: churn, note: "\(args)"}
          pipelineSpec:
            params: [{name: model}, {name: note}]
            tasks:
              - name: serve
                inferenceService:
                  name: $(params.model)
                  spec:
                    model: {uri: "s3://models/$(params.model)/7", format: sklearn}
                    args: ["$(params.note)", "$$(MODEL_NAME)"]
                    timeouts: {ready: 30s}
              - {name: ok, check: {that: "tasks.serve.results.url.startsWith('http://churn.')"}}
        """
    }

    @Test func aTaskAppliesAServiceAndWaitsForIt() async throws {
        let serving = try await ServingCluster()
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.run("first", args: "a$b"))
                let run = try await serving.cluster.finished("first")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                let service = try await serving.service()
                #expect(service.status.phase == .ready)
                #expect(service.spec.value?.container.args == ["a$$b", "$(MODEL_NAME)"])
                #expect(service.metadata.ownerReferences.isEmpty)

                // A revision that never becomes ready is taken back, and the task with it.
                try await serving.edit([
                    "overrides": [["pod": ["metadata": ["labels": ["test/never": "true"]]]]]
                ])
                try await serving.create(Self.run("second", args: "c"))
                let failed = try await serving.cluster.finished("second")
                #expect(failed.status.phase == .failed)
                #expect(failed.status.tasks.first?.reason == .rolledBack, "\(failed.status.tasks)")
                let status = try await serving.service().status
                #expect(status.conditions[type: "Ready"]?.status == .isTrue)

                // What somebody else wrote is not taken from them.
                try await serving.cluster.client.apply(
                    .inferenceService, ServingCluster.key("churn"),
                    [
                        "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService",
                        "metadata": ["name": "churn"], "spec": ["timeouts": ["ready": "45s"]],
                    ], force: true, WriteOptions(fieldManager: "somebody"))
                try await serving.create(Self.run("third", args: "d"))
                let refused = try await serving.cluster.finished("third")
                #expect(refused.status.tasks.first?.reason == .invalidSpec)
                #expect(refused.status.tasks.first?.message?.contains("somebody") == true, "\(refused.status.tasks)")
            }
        }
    }
}

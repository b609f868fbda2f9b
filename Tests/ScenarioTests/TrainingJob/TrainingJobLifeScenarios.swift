import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import PropertyTesting
import Synchronization
import Testing

/// What becomes of jobs from their first to their last day, with everything going wrong between them and the server.
@Suite(.serialized) struct TrainingJobLifeScenarios {
    private static func job(_ name: String, _ more: String = "", namespace: String = "default") -> String {
        let lines = more.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        return """
            apiVersion: fairlead.dev/v1alpha1
            kind: TrainingJob
            metadata: {name: \(name), namespace: \(namespace)}
            spec:
              framework: pytorch
              image: python:3.12-slim
              command: [python, train.py]
            \(lines)
            """
    }

    private static func number(_ pod: PodView, _ annotation: String) -> Int {
        pod.metadata.annotations[annotation].flatMap { Int($0) } ?? 0
    }

    private static func index(_ pod: PodView) -> Int {
        pod.metadata.labels[FairleadLabel.index].flatMap { Int($0) } ?? -1
    }

    private static var forever: SimulatedKubelet.Ending { SimulatedKubelet.Ending(duration: nil) }

    @Test func theLeadersFilesBecomeAModel() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(1)) }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    Self.job("fit", "nodes: 3\nartifacts: [{name: model, type: model, register: churn}]"))
                let job = try await cluster.finishedJob("fit")
                #expect(job.status.phase == .succeeded, "\(job.status)")
                #expect(job.status.models == ["churn:1"])
                let artifact = try #require(job.status.artifacts["model"])
                let version = try await cluster.client.get(
                    ModelVersion.self, ObjectKey(namespace: "default", name: "churn-1"))
                #expect(version.spec.value?.uri == artifact.uri)
                #expect(version.spec.value?.lineage?.trainingJob == "fit")
                #expect(version.spec.value?.lineage?.trainingJobUID == job.metadata.uid)
                #expect(version.metadata.labels[FairleadLabel.trainingJob] == "fit")
                #expect(ModelVersionValidator.validate(version).isEmpty)
            }
        }
    }

    /// Whoever deletes a job and makes it anew does so before what it left is gone.
    @Test func aNameIsUsedAgain() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(1)) }
        try await cluster.run {
            try await cluster.withController {
                var uids: Set<String> = []
                for _ in 0..<3 {
                    try await cluster.create(Self.job("again", "nodes: 2"))
                    let job = try await cluster.finishedJob("again")
                    #expect(job.status.phase == .succeeded, "\(job.status)")
                    uids.insert(job.metadata.uid)
                    try await cluster.client.delete(.trainingJob, ObjectKey(namespace: "default", name: "again"))
                }
                #expect(uids.count == 3)
            }
        }
    }

    @Test func aNamespaceWithARunningJobGoes() async throws {
        let cluster = try await TestCluster { _ in Self.forever }
        try await cluster.run {
            let space: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]]
            try await cluster.client.create(.namespace, namespace: nil, space)
            try await cluster.withController {
                try await cluster.create(Self.job("doomed", "nodes: 3", namespace: "team"))
                try await cluster.eventually("it runs") {
                    try await cluster.trainingJob("doomed", namespace: "team").status.phase == .running
                }
                try await cluster.client.delete(.namespace, ObjectKey(namespace: nil, name: "team"))
                try await cluster.eventually("the namespace is gone") {
                    do {
                        _ = try await cluster.client.get(.namespace, ObjectKey(namespace: nil, name: "team"))
                        return false
                    } catch let error as APIError where error.isNotFound {
                        return true
                    }
                }
            }
        }
    }

    /// An elastic job goes on while a node is lost, and its places fill again.
    @Test func anElasticJobOutlivesANode() async throws {
        let isLast = Atomic(false)
        let cluster = try await TestCluster(nodes: (0..<4).map { "node-\($0)" }) { _ in
            isLast.load(ordering: .relaxed) ? SimulatedKubelet.Ending(duration: .seconds(1)) : Self.forever
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    Self.job(
                        "wide",
                        "elastic: {minNodes: 4, maxNodes: 8}\nnodeLoss: 10s\nretry: {backoff: {duration: 1s}}"))
                try await cluster.eventually("all places run") {
                    try await cluster.trainingJob("wide").status.replicas["worker"]?.ready == 8
                }
                cluster.kubelet.lose(node: "node-1")
                try await cluster.eventually("its places are filled elsewhere") {
                    let pods = try await cluster.pods().filter { $0.spec.nodeName != "node-1" }
                    let phase = try await cluster.trainingJob("wide").status.phase
                    return pods.count { $0.status.phase == "Running" } == 8 && phase == .running
                }
                let status = try await cluster.trainingJob("wide").status
                #expect(status.attempt == 1 && status.restarts == 2 && status.disruptions == 2, "\(status)")
                isLast.store(true, ordering: .relaxed)
                for pod in try await cluster.pods() {
                    cluster.kubelet.end(pod.key, SimulatedKubelet.Ending(duration: .zero))
                }
                #expect(try await cluster.finishedJob("wide").status.phase == .succeeded)
                try await cluster.released()
            }
        }
    }

    @Test(arguments: [31, 32, 33, 34] as [UInt64]) func requestsAndWatchesFailByChance(seed: UInt64) async throws {
        let cluster = try await TestCluster { pod in
            let attempt = Self.number(pod, PodNaming.attemptAnnotation)
            if attempt > 2 { return SimulatedKubelet.Ending(duration: .seconds(2)) }
            return Self.index(pod) == attempt
                ? SimulatedKubelet.Ending(exitCode: 137, duration: .seconds(30)) : Self.forever
        }
        let chance = Mutex(SeededGenerator(seed: seed))
        cluster.faults.decide { request in
            chance.withLock { generator in
                guard generator.chance(0.15) else { return nil }
                let watches: [FaultyTransport.Fault] = [
                    .cutAfter(bytes: Int(generator.next() % 8192)), .refuse(status: 410, reason: "Expired"), .duplicate,
                ]
                let calls: [FaultyTransport.Fault] = [
                    .refuse(status: 429, reason: "TooManyRequests"), .refuse(status: 500, reason: "InternalError"),
                    .refuse(status: 409, reason: "Conflict"), .noConnection, .loseAnswer, .sendTwice,
                ]
                let isWatch = request.query("watch") == "true"
                if request.method == .get, !isWatch { return .refuse(status: 503, reason: "ServiceUnavailable") }
                return (isWatch ? watches : calls).randomElement(using: &generator)
            }
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("stormy", "nodes: 12\nretry: {backoff: {duration: 1s}}"))
                let job = try await cluster.finishedJob("stormy")
                #expect(job.status.phase == .succeeded, "seed \(seed): \(job.status)")
                #expect(job.status.restarts == 2 && job.status.failures == 2, "seed \(seed): \(job.status)")
                try await cluster.released()
            }
        }
        #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 }, "seed \(seed): \(cluster.kubelet.ends)")
    }

    @Test func twoControllersAtOnceDoNoHarm() async throws {
        let cluster = try await TestCluster { pod in
            if Self.number(pod, PodNaming.attemptAnnotation) > 1 {
                return SimulatedKubelet.Ending(duration: .seconds(2))
            }
            return Self.index(pod) == 0
                ? SimulatedKubelet.Ending(exitCode: 137, reason: "Evicted", duration: .seconds(10)) : Self.forever
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.withController {
                    try await cluster.create(Self.job("shared", "nodes: 8\nretry: {backoff: {duration: 1s}}"))
                    let job = try await cluster.finishedJob("shared")
                    #expect(job.status.phase == .succeeded && job.status.restarts == 1, "\(job.status)")
                    try await cluster.released()
                }
            }
        }
        #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 }, "\(cluster.kubelet.ends)")
    }
}

import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import PropertyTesting
import Synchronization
import Testing

/// Training jobs against the embedded API server: what strikes a gang strikes all of it, and it comes back as one.
@Suite(.serialized) struct TrainingJobScenarios {
    private static func job(_ name: String, _ more: String = "", nodes: Int = 4, framework: String = "pytorch")
        -> String
    {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: TrainingJob
        metadata: {name: \(name)}
        spec:
          framework: \(framework)
          image: python:3.12-slim
          command: [python, train.py]
          nodes: \(nodes)
        \(more.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
        """
    }

    private static func attempt(of pod: PodView) -> Int {
        pod.metadata.annotations[PodNaming.attemptAnnotation].flatMap { Int($0) } ?? 0
    }

    private static func rank(of pod: PodView) -> Int {
        pod.metadata.labels[FairleadLabel.index].flatMap { Int($0) } ?? -1
    }

    /// Runs until it is deleted.
    private static var forever: SimulatedKubelet.Ending { SimulatedKubelet.Ending(duration: nil) }

    /// The job's events by reason.
    private func events(_ cluster: TestCluster, _ job: String) async throws -> [String: Int] {
        let events = try await cluster.client.list(EventView.self, namespace: "default").items
        return events.filter { $0.regarding?.name == job }.reduce(into: [:]) { $0[$1.reason ?? "", default: 0] += 1 }
    }

    private struct EventView: Resource {
        static let type = ResourceType.event
        struct Regarding: Decodable, Sendable { var name: String? }
        let metadata: ObjectMeta
        let reason: String?
        let regarding: Regarding?
    }

    @Test func aJobStartsTogetherAndEnds() async throws {
        let cluster = try await TestCluster { pod in
            SimulatedKubelet.Ending(message: Self.rank(of: pod) == 0 ? "loss=0.25\n" : "", duration: .seconds(2))
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    Self.job("fit", "results: [{name: loss, type: number}]\npodRetention: All", nodes: 40))
                let job = try await cluster.finishedJob("fit")
                #expect(job.status.phase == .succeeded, "\(job.status)")
                #expect(job.status.results == ["loss": 0.25])
                #expect(job.status.restarts == 0 && job.status.nodes == 40 && job.status.framework == "pytorch")
                #expect(job.status.replicas["worker"]?.succeeded == 40)
                try await cluster.released()
                let services = try await cluster.client.list(ServiceView.self, namespace: "default").items
                #expect(services.filter { $0.metadata.labels[FairleadLabel.trainingJob] == "fit" }.count == 1)
                let pods = try await cluster.pods()
                #expect(
                    pods.count == 40 && pods.allSatisfy { $0.metadata.labels[FairleadLabel.recorded] == "Succeeded" })
            }
        }
        #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 })
    }

    private struct ServiceView: Resource {
        static let type = ResourceType.service
        let metadata: ObjectMeta
    }

    /// T1: a node is lost under a gang of 32.
    @Test func aLostNodeRestartsTheGangOnce() async throws {
        let nodes = (0..<8).map { "node-\($0)" }
        let cluster = try await TestCluster(nodes: nodes) { pod in
            Self.attempt(of: pod) == 1 ? Self.forever : SimulatedKubelet.Ending(duration: .seconds(1))
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("wide", "nodeLoss: 1m", nodes: 32))
                try await cluster.eventually("the gang runs") {
                    try await cluster.trainingJob("wide").status.phase == .running
                }
                cluster.kubelet.lose(node: "node-3")
                let job = try await cluster.finishedJob("wide")
                #expect(job.status.phase == .succeeded, "\(job.status)")
                #expect(
                    job.status.restarts == 1 && job.status.disruptions == 1 && job.status.failures == 0, "\(job.status)"
                )
                try await cluster.released()
                try await cluster.eventually("pods on the lost node are gone") {
                    try await cluster.pods().allSatisfy { $0.spec.nodeName != "node-3" }
                }
                let told = try await self.events(cluster, "wide")
                #expect(told["ForceDeleted"] != nil && told["Restarting"] == 1, "\(told)")
            }
        }
        let second = cluster.kubelet.ends.filter { $0.value == 1 }.count
        #expect(second >= 32, "all of the second attempt ran to their end")
    }

    /// T2: how a rank ends decides.
    @Test(arguments: [(1, nil, 0), (137, nil, 1), (137, "OOMKilled", 1)])
    func aRankFails(code: Int, reason: String?, restarts: Int) async throws {
        let cluster = try await TestCluster { pod in
            guard Self.attempt(of: pod) == 1 else { return SimulatedKubelet.Ending(duration: .seconds(1)) }
            return Self.rank(of: pod) == 2
                ? SimulatedKubelet.Ending(
                    exitCode: code, message: "step 7\nno more", containerReason: reason, duration: .seconds(3))
                : Self.forever
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("struck", "retry: {backoff: {duration: 1s}}"))
                let job = try await cluster.finishedJob("struck")
                #expect(job.status.phase == (restarts == 0 ? .failed : .succeeded), "\(job.status)")
                #expect(job.status.restarts == restarts && job.status.failures == restarts, "\(job.status)")
                if restarts == 0 {
                    #expect(job.status.reason == .exitCode)
                    let message = try #require(job.status.message)
                    for part in ["worker 2 (rank 2)", "exit code 1", "no more", "on node simulated"] {
                        #expect(message.contains(part), "\(message)")
                    }
                }
                try await cluster.released()
                let phases = try await cluster.pods().map { $0.status.phase }
                #expect(!phases.contains("Running"), "nobody waits for a peer that is gone")
            }
        }
    }

    /// Preemption takes nothing from the user's budget.
    @Test func preemptionIsFree() async throws {
        let cluster = try await TestCluster { pod in
            let attempt = Self.attempt(of: pod)
            if attempt > 3 { return SimulatedKubelet.Ending(duration: .seconds(1)) }
            return Self.rank(of: pod) == attempt
                ? SimulatedKubelet.Ending(exitCode: 137, reason: "Preempting", duration: .seconds(2)) : Self.forever
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("cheap", "retry: {max: 0, backoff: {duration: 1s}}"))
                let job = try await cluster.finishedJob("cheap")
                #expect(job.status.phase == .succeeded, "\(job.status)")
                #expect(job.status.disruptions == 3 && job.status.failures == 0 && job.status.restarts == 3)
                try await cluster.released()
            }
        }
    }

    /// T4: a finished job goes at its time, with all of its pods, and does not come back.
    @Test func aFinishedJobGoesAtItsTime() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("brief", "ttlSecondsAfterFinished: 60\npodRetention: All"))
                let job = try await cluster.finishedJob("brief")
                let ended = try #require(job.status.completionTime).date
                try await cluster.eventually("the job is deleted") {
                    do {
                        _ = try await cluster.trainingJob("brief")
                        return false
                    } catch let error as APIError where error.isNotFound {
                        return true
                    }
                }
                #expect(cluster.clock.now.timeIntervalSince(ended) >= 60)
                let later = cluster.clock.now.addingTimeInterval(120)
                try await cluster.eventually("time goes by") { cluster.clock.now > later }
                let left = try await cluster.pods()
                #expect(left.isEmpty, "\(left.map(\.key))")
                #expect(try await cluster.client.list(TrainingJob.self, namespace: "default").items.isEmpty)
            }
        }
        #expect(cluster.kubelet.ends.values.reduce(0, +) == 4)
    }

    /// T5: the launcher does not race the workers.
    @Test func aLauncherWaitsForLateWorkers() async throws {
        let cluster = try await TestCluster { pod in
            if pod.metadata.labels[FairleadLabel.role] == "launcher" {
                return SimulatedKubelet.Ending(duration: .seconds(2))
            }
            var ending = Self.forever
            ending.readyAfter = .seconds(20 * (1 + Self.rank(of: pod)))
            return ending
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("ring", nodes: 3, framework: "mpi"))
                try await cluster.eventually("the launcher is there") {
                    try await cluster.pods().contains { $0.metadata.labels[FairleadLabel.role] == "launcher" }
                }
                let pods = try await cluster.pods()
                let ready = pods.filter { pod in
                    pod.status.conditions?.contains { $0.type == "Ready" && $0.status == "True" } ?? false
                }
                #expect(ready.filter { $0.metadata.labels[FairleadLabel.role] == "worker" }.count == 3)
                let job = try await cluster.finishedJob("ring")
                #expect(job.status.phase == .succeeded && job.status.restarts == 0, "\(job.status)")
                try await cluster.released()
            }
        }
    }

    @Test func suspendingAndResumingLeaksNothing() async throws {
        let isLast = Atomic(false)
        let cluster = try await TestCluster { _ in
            isLast.load(ordering: .relaxed) ? SimulatedKubelet.Ending(duration: .seconds(1)) : Self.forever
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("paused"))
                let key = ObjectKey(namespace: "default", name: "paused")
                for cycle in 0..<10 {
                    try await cluster.eventually("it runs (\(cycle))") {
                        try await cluster.trainingJob("paused").status.phase == .running
                    }
                    try await cluster.client.patch(.trainingJob, key, ["spec": ["suspend": true]])
                    try await cluster.eventually("no pod is left (\(cycle))") {
                        let status = try await cluster.trainingJob("paused").status
                        return try await cluster.pods().isEmpty && status.phase == .suspended
                            && status.replicas["worker"]?.active == 0
                    }
                    if cycle == 9 { isLast.store(true, ordering: .relaxed) }
                    try await cluster.client.patch(.trainingJob, key, ["spec": ["suspend": false]])
                }
                let job = try await cluster.finishedJob("paused")
                #expect(job.status.phase == .succeeded && job.status.attempt == 11, "\(job.status)")
                #expect(job.status.restarts == 0 && job.status.failures == 0 && job.status.disruptions == 0)
                try await cluster.released()
            }
        }
    }

    /// The controller is killed at any request while ranks fail: nothing is counted twice, and no attempts mix.
    @Test(arguments: [21, 22, 23, 24, 25, 26] as [UInt64])
    func theControllerIsKilledAtAnyRequest(seed: UInt64) async throws {
        let cluster = try await TestCluster { pod in
            switch Self.attempt(of: pod) {
            case 1:
                Self.rank(of: pod) == 1 ? SimulatedKubelet.Ending(exitCode: 137, duration: .seconds(20)) : Self.forever
            case 2:
                Self.rank(of: pod) == 0
                    ? SimulatedKubelet.Ending(exitCode: 137, reason: "Evicted", duration: .seconds(20)) : Self.forever
            default: SimulatedKubelet.Ending(duration: .seconds(5))
            }
        }
        try await cluster.run {
            try await cluster.create(
                Self.job("killed", "retry: {max: 1, backoff: {duration: 1s}}\npodRetention: All", nodes: 6))
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<8 {
                let left = Mutex(Int(generator.next() % 14))
                let isLost = generator.chance(0.5)
                cluster.faults.decide { request in
                    guard request.method != .get else { return nil }
                    return left.withLock { left in
                        left -= 1
                        if left > 0 { return nil }
                        return left == 0 && isLost ? .loseAnswer : .noConnection
                    }
                }
                try await cluster.withController {
                    try await cluster.eventually("the controller has died or is done") {
                        if left.withLock({ $0 <= 0 }) { return true }
                        return try await cluster.trainingJob("killed").status.phase?.isTerminal == true
                    }
                }
            }
            cluster.faults.heal()
            try await cluster.withController {
                let job = try await cluster.finishedJob("killed")
                #expect(job.status.phase == .succeeded, "seed \(seed): \(job.status)")
                #expect(job.status.restarts == 2 && job.status.attempt == 3, "seed \(seed): \(job.status)")
                #expect(job.status.failures == 1 && job.status.disruptions == 1, "seed \(seed): \(job.status)")
                try await cluster.released()
            }
        }
        #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 }, "seed \(seed): \(cluster.kubelet.ends)")
    }

    /// What a deleted job kept goes with it, whether a controller saw that or not.
    @Test func aDeletedJobsPodsGo() async throws {
        let cluster = try await TestCluster { _ in Self.forever }
        try await cluster.run {
            try await cluster.create(Self.job("gone"))
            try await cluster.withController {
                try await cluster.eventually("it runs") {
                    try await cluster.trainingJob("gone").status.phase == .running
                }
            }
            try await cluster.client.delete(.trainingJob, ObjectKey(namespace: "default", name: "gone"))
            try await cluster.withController {
                try await cluster.eventually("its pods are gone") { try await cluster.pods().isEmpty }
            }
        }
    }

    @Test func aBadJobIsRefusedAndDisturbsNobody() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("odd", "env: {MASTER_ADDR: me}"))
                try await cluster.create(Self.job("others", "managedBy: kueue.x-k8s.io/multikueue"))
                try await cluster.create(Self.job("even"))
                let odd = try await cluster.finishedJob("odd")
                #expect(odd.status.phase == .failed && odd.status.reason == .invalidSpec, "\(odd.status)")
                #expect(odd.status.message?.contains("MASTER_ADDR") == true)
                #expect(try await cluster.finishedJob("even").status.phase == .succeeded)
                #expect(try await cluster.trainingJob("others").status.phase == nil)
            }
        }
    }
}

import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization
import Testing

/// Jobs in a queue of Kueue's: no pod without a place, no place kept without pods.
@Suite(.serialized) struct KueueScenarios {
    private static let job = """
        apiVersion: fairlead.dev/v1alpha1
        kind: TrainingJob
        metadata: {name: train}
        spec: {framework: jax, image: "python:3.12-slim", command: [train], nodes: 3, queue: research}
        """

    private static func cluster() async throws -> (TestCluster, SimulatedKueue) {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: nil) }
        return (cluster, SimulatedKueue(client: cluster.client, clock: cluster.clock))
    }

    /// Let in and put out a hundred times, by five controllers of which each is killed.
    @Test func aHundredAdmissionsLeakNothing() async throws {
        let (cluster, kueue) = try await Self.cluster()
        try await kueue.install()
        try await cluster.run {
            try await cluster.create(Self.job)
            let seen = Mutex<[String: [[UInt8]]]>([:])
            for _ in 0..<5 {
                try await cluster.withController {
                    for round in 0..<20 {
                        try await cluster.waitsInQueue(kueue)
                        let flavor = round % 2 == 0 ? "a100" : "v100"
                        try await kueue.admit(flavor)
                        let pods = try await cluster.templates(running: 3)
                        for pod in pods {
                            #expect(pod[path: ["spec", "nodeSelector", "pool"]] == .string(flavor))
                            #expect(pod[path: ["metadata", "labels", PodNaming.queueLabel]] == nil)
                        }
                        let bytes = pods.map(JSONWriter.bytes)
                        let first = seen.withLock { seen in
                            if seen[flavor] == nil { seen[flavor] = bytes }
                            return seen[flavor]
                        }
                        #expect(first == bytes)
                        try await cluster.eventually("Kueue knows that the pods are ready") {
                            try await kueue.holds("PodsReady")
                        }
                        // The last eviction of each controller is seen by the next one.
                        try await kueue.evict()
                    }
                }
            }
            #expect(seen.withLock(\.count) == 2)
            try await cluster.withController {
                try await cluster.waitsInQueue(kueue)
                try await kueue.admit("a100")
                _ = try await cluster.templates(running: 3)
                for pod in try await cluster.pods() { cluster.kubelet.end(pod.key, SimulatedKubelet.Ending()) }
                #expect(try await cluster.finishedJob("train").status.phase == .succeeded)
                try await cluster.eventually("Kueue knows that the job is over") { try await kueue.holds("Finished") }
                try await cluster.released()
                let finished = SimulatedKueue.condition("Finished", of: try await kueue.workload())
                #expect(finished?["reason"] == "Succeeded")
            }
        }
    }

    @Test func aSuspendedJobGivesItsPlaceBack() async throws {
        let (cluster, kueue) = try await Self.cluster()
        try await kueue.install()
        try await cluster.run {
            try await cluster.create(Self.job)
            try await cluster.withController {
                try await cluster.waitsInQueue(kueue)
                try await kueue.admit("a100")
                _ = try await cluster.templates(running: 3)
                try await cluster.suspend(true)
                try await cluster.eventually("neither pods nor a Workload are left") {
                    let workload = try await kueue.workload()
                    let pods = try await cluster.pods()
                    return workload == nil && pods.isEmpty
                }
                #expect(try await cluster.trainingJob("train").status.phase == .suspended)
                try await cluster.suspend(false)
                try await cluster.waitsInQueue(kueue)
            }
        }
    }

    @Test func aJobRunsWhereThereIsNoKueue() async throws {
        let (cluster, kueue) = try await Self.cluster()
        try await cluster.run {
            try await cluster.create(Self.job)
            try await cluster.withController {
                let pods = try await cluster.templates(running: 3)
                #expect(pods.allSatisfy { $0[path: ["metadata", "labels", PodNaming.queueLabel]] == "research" })
                // Once there is one, it decides about the job as about any other.
                try await kueue.install()
                try await cluster.waitsInQueue(kueue)
            }
        }
    }

    /// Whether a job queues was fixed at its start: who takes the queue's name away later does not pass it.
    @Test func takingTheQueueAwayIsNoWayPastIt() async throws {
        let (cluster, kueue) = try await Self.cluster()
        try await kueue.install()
        try await cluster.run {
            try await cluster.create(Self.job)
            try await cluster.withController {
                try await cluster.waitsInQueue(kueue)
                try await cluster.client.patch(
                    .trainingJob, ObjectKey(namespace: "default", name: "train"), ["spec": ["queue": .null]])
                try await cluster.eventually("the job tells that this has no effect") {
                    let told = try await cluster.trainingJob("train").status.conditions[type: "SpecChanged"]
                    return told?.status == .isTrue && told?.message.hasPrefix("spec.queue:") == true
                }
                let later = cluster.clock.now.addingTimeInterval(60)
                try await cluster.eventually("time goes by") { cluster.clock.now > later }
                try await cluster.waitsInQueue(kueue)
                try await kueue.admit("a100")
                _ = try await cluster.templates(running: 3)
                for pod in try await cluster.pods() { cluster.kubelet.end(pod.key, SimulatedKubelet.Ending()) }
                #expect(try await cluster.finishedJob("train").status.phase == .succeeded)
                try await cluster.eventually("Kueue knows that the job is over") { try await kueue.holds("Finished") }
            }
        }
    }

    /// A job that runs does not depend on whether Kueue takes reports about it.
    @Test func aReportThatFailsStopsNothing() async throws {
        let (cluster, kueue) = try await Self.cluster()
        try await kueue.install()
        try await cluster.run {
            try await cluster.create(Self.job)
            try await cluster.withController {
                try await cluster.waitsInQueue(kueue)
                cluster.faults.decide { request in
                    guard request.method != .get, request.path.contains("/workloads") else { return nil }
                    return .refuse(status: 500, reason: "InternalError")
                }
                try await kueue.admit("a100")
                _ = try await cluster.templates(running: 3)
                try await cluster.eventually("it says that it runs") {
                    try await cluster.trainingJob("train").status.phase == .running
                }
                for pod in try await cluster.pods() { cluster.kubelet.end(pod.key, SimulatedKubelet.Ending()) }
                #expect(try await cluster.finishedJob("train").status.phase == .succeeded)
                #expect(try await kueue.holds("Finished") == false)
                cluster.faults.heal()
                try await cluster.eventually("Kueue knows that the job is over") { try await kueue.holds("Finished") }
            }
        }
    }
}

extension TestCluster {
    fileprivate func suspend(_ isSuspended: Bool) async throws {
        try await client.patch(
            .trainingJob, ObjectKey(namespace: "default", name: "train"), ["spec": ["suspend": .bool(isSuspended)]])
    }

    /// Waits until the job has a Workload without a place, and sees that it has no pods then.
    fileprivate func waitsInQueue(_ kueue: SimulatedKueue) async throws {
        try await eventually("the job waits in its queue") {
            guard let workload = try await kueue.workload() else { return false }
            let isReserved = SimulatedKueue.condition("QuotaReserved", of: workload)?["status"] == "True"
            return !isReserved && workload[path: ["metadata", "deletionTimestamp"]] == nil
        }
        let ends: Set<String?> = ["Succeeded", "Failed"]
        #expect(try await pods().allSatisfy { ends.contains($0.status.phase) })
        try await eventually("no pod is left") { try await self.pods().isEmpty }
        try await eventually("the job says that it waits") {
            try await self.trainingJob("train").status.phase == .queued
        }
    }

    /// Waits until so many pods run, and returns them without what is theirs alone, in the order of their ranks.
    fileprivate func templates(running count: Int) async throws -> [JSONValue] {
        try await eventually("\(count) pods run") {
            try await self.pods().filter { $0.status.phase == "Running" }.count == count
        }
        let pods = try await SimulatedKueue.list(.pod, client).map { pod in
            var template = pod
            template["status"] = nil
            for own in ["name", "uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"] {
                template[path: ["metadata", own]] = nil
            }
            template[path: ["metadata", "labels", "jobset.sigs.k8s.io/restart-attempt"]] = nil
            template[path: ["spec", "nodeName"]] = nil
            for attempt in [
                PodNaming.attemptAnnotation, PodNaming.gangAttemptAnnotation, PodNaming.disruptionsAnnotation,
            ] {
                template[path: ["metadata", "annotations", attempt]] = nil
            }
            let containers = (pod[path: ["spec", "containers"]]?.arrayValue ?? []).map { container in
                var container = container
                let env = (container["env"]?.arrayValue ?? []).filter { $0["name"] != "FAIRLEAD_ATTEMPT" }
                container["env"] = .array(env)
                return container
            }
            template[path: ["spec", "containers"]] = .array(containers)
            return template
        }
        func index(_ pod: JSONValue) -> String {
            pod[path: ["metadata", "labels", FairleadLabel.index]]?.stringValue ?? ""
        }
        return pods.sorted { index($0) < index($1) }
    }
}

import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Jobs to whom the API server says no for a while: it is told, and it passes.
@Suite(.serialized) struct JobRefusalScenarios {
    private static func job(_ name: String, _ more: String = "") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: TrainingJob
        metadata: {name: \(name)}
        spec: {framework: mpi, image: "python:3.12-slim", command: [train], nodes: 2\(more)}
        """
    }

    private struct EventView: Resource {
        static let type = ResourceType.event
        let metadata: ObjectMeta
        let reason: String?
        let note: String?
    }

    /// A quota that is used up, or an admission policy, whichever of the job's objects it strikes.
    @Test(arguments: ["configmaps", "services", "secrets", "pods"]) func aQuotaIsToldAndPasses(_ kind: String)
        async throws
    {
        let cluster = try await TestCluster { pod in
            let isLauncher = pod.metadata.labels[FairleadLabel.role] == "launcher"
            return SimulatedKubelet.Ending(duration: isLauncher ? .seconds(1) : nil)
        }
        cluster.faults.decide { request in
            request.method == .post && request.path.hasSuffix("/\(kind)")
                ? .refuse(status: 403, reason: "Forbidden") : nil
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("poor"))
                try await cluster.eventually("the job tells why it waits") {
                    let status = try await cluster.trainingJob("poor").status
                    return status.phase == .pending && status.message?.contains("was refused") == true
                }
                let status = try await cluster.trainingJob("poor").status
                #expect(status.framework == "mpi" && status.nodes == 3 && status.restarts == 0, "\(status)")
                try await cluster.eventually("an event tells it") {
                    try await cluster.client.list(EventView.self, namespace: "default").items.contains {
                        $0.reason == "FailedCreate" && $0.note?.contains("was refused") == true
                    }
                }
                cluster.faults.heal()
                #expect(try await cluster.finishedJob("poor").status.phase == .succeeded)
            }
        }
    }

    @Test(arguments: ["configmaps", "services", "pods"]) func aQuotaThatStaysEndsTheJobInTime(_ kind: String)
        async throws
    {
        let cluster = try await TestCluster()
        cluster.faults.decide { request in
            request.method == .post && request.path.hasSuffix("/\(kind)")
                ? .refuse(status: 403, reason: "Forbidden") : nil
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.job("late", ", timeouts: {pending: 2m}"))
                let status = try await cluster.finishedJob("late").status
                #expect(status.phase == .failed && status.reason == .pendingTimeout, "\(status)")
                #expect(status.message?.contains("was refused") == true, "\(status)")
            }
        }
    }

    /// A task whose job is refused waits and says so; the others of its run go on.
    @Test func aJobThatIsRefusedHoldsUpNoOtherTask() async throws {
        let cluster = try await TestCluster()
        cluster.faults.decide { request in
            request.method == .post && request.path.hasSuffix("/trainingjobs")
                ? .refuse(status: 403, reason: "Forbidden") : nil
        }
        try await cluster.run {
            try await cluster.create(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: PipelineRun
                metadata: {name: mixed}
                spec:
                  pipelineSpec:
                    tasks:
                    - {name: fit, trainingJob: {spec: {framework: pytorch, image: i, command: [train]}}}
                    - {name: a, image: i, command: [x]}
                    - {name: b, image: i, command: [x], dependsOn: [a]}
                """)
            try await cluster.withController {
                try await cluster.eventually("the others are done, and it waits") {
                    let tasks = try await cluster.pipelineRun("mixed").status.tasks
                    return tasks.dropFirst().map(\.phase) == [.succeeded, .succeeded]
                        && tasks.first?.message?.hasPrefix("waits since TrainingJob ") == true
                        && tasks.first?.waitingSince != nil
                }
                cluster.faults.heal()
                let status = try await cluster.finished("mixed").status
                #expect(status.phase == .succeeded, "\(status)")
            }
        }
    }

    /// An elastic job takes what a quota leaves it.
    @Test func anElasticJobRunsWithinItsQuota() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(600)) }
        let quota = ResourceQuota(pods: 3)
        cluster.faults.decide { request in
            guard request.method == .post, request.path.hasSuffix("/pods") else { return nil }
            return quota.takes() ? nil : .refuse(status: 403, reason: "Forbidden")
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: TrainingJob
                    metadata: {name: wide}
                    spec: {framework: pytorch, image: i, command: [train], elastic: {minNodes: 2, maxNodes: 6}}
                    """)
                try await cluster.eventually("it runs with three") {
                    let status = try await cluster.trainingJob("wide").status
                    return status.phase == .running && status.replicas["worker"]?.ready == 3
                        && status.message?.contains("was refused") == true
                }
                quota.raise(to: 4)
                try await cluster.eventually("it takes one more") {
                    try await cluster.trainingJob("wide").status.replicas["worker"]?.ready == 4
                }
                let status = try await cluster.finishedJob("wide").status
                #expect(status.phase == .succeeded && status.restarts == 0, "\(status)")
            }
        }
    }
}

import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// What places the pods of a job together, as the API server serves it or refuses it.
@Suite struct GangScenarios {
    private static let coscheduling = ResourceType(
        group: "scheduling.x-k8s.io", version: "v1alpha1", kind: "PodGroup", plural: "podgroups")

    private static func job(_ gang: String = "Auto") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: TrainingJob
        metadata: {name: train}
        spec: {framework: jax, image: "python:3.12-slim", command: [train], nodes: 4, gang: \(gang)}
        """
    }

    @Test func aGroupIsMadeBeforeThePods() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: nil) }
        try await SimulatedKueue.define(Self.coscheduling, cluster.client)
        try await cluster.run {
            try await cluster.create(Self.job())
            try await cluster.withController {
                try await cluster.eventually("four pods") { try await cluster.pods().count == 4 }
                #expect(try await cluster.trainingJob("train").status.gang == "Coscheduling")
                let group = try await cluster.client.get(
                    Self.coscheduling, ObjectKey(namespace: "default", name: "train"))
                #expect(group[path: ["spec", "minMember"]] == 4)
                for pod in try await cluster.pods() {
                    #expect(pod.metadata.labels["scheduling.x-k8s.io/pod-group"] == "train")
                }
            }
        }
    }

    @Test func aRefusedGroupStopsNoJobThatLeavesTheChoiceOpen() async throws {
        let cluster = try await TestCluster()
        // A server that asks for more than is known today.
        try await SimulatedKueue.define(
            Self.coscheduling, cluster.client,
            spec: [
                "type": "object", "required": ["future"], "properties": ["future": ["type": "string"]],
                "x-kubernetes-preserve-unknown-fields": true,
            ])
        try await cluster.run {
            try await cluster.create(Self.job())
            try await cluster.withController {
                let job = try await cluster.finishedJob("train")
                #expect(job.status.phase == .succeeded)
                #expect(job.status.gang == "None")
                try await cluster.eventually("an event tells of it") {
                    try await SimulatedKueue.list(.event, cluster.client).contains { $0["reason"] == "GangRefused" }
                }
            }
        }
    }

    @Test func aGroupThatIsAskedForByNameIsWaitedFor() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.create(Self.job("Coscheduling"))
            try await cluster.withController {
                try await cluster.eventually("the job says what it lacks") {
                    let status = try await cluster.trainingJob("train").status
                    return status.message?.contains("does not serve podgroups.scheduling.x-k8s.io") == true
                }
                #expect(try await cluster.pods().isEmpty)
                try await SimulatedKueue.define(Self.coscheduling, cluster.client)
                // Nobody tells of a new kind: the server is asked every five minutes.
                cluster.clock.advance(by: .seconds(300))
                #expect(try await cluster.finishedJob("train").status.gang == "Coscheduling")
            }
        }
    }
}

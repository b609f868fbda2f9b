import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Whoever deletes a run and makes it anew does so before what it left is gone.
@Suite(.serialized) struct NameReuseScenarios {
    @Test func aRunsNameIsUsedAgain() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(1)) }
        try await cluster.run {
            try await cluster.withController {
                var uids: Set<String> = []
                for _ in 0..<3 {
                    try await cluster.create(Manifests.fan("again", count: 2))
                    let run = try await cluster.finished("again")
                    #expect(run.status.phase == .succeeded, "\(run.status)")
                    uids.insert(run.metadata.uid)
                    try await cluster.client.delete(.pipelineRun, ObjectKey(namespace: "default", name: "again"))
                }
                #expect(uids.count == 3)
            }
        }
    }
}

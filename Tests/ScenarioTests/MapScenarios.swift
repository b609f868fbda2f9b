import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Tasks with many items, on real controllers.
@Suite(.serialized) struct MapScenarios {
    private static let manifest = """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: fan}
        spec:
          pipelineSpec:
            defaults: {image: alpine}
            tasks:
              - {name: list, command: [list], results: [{name: files, type: array}]}
              - name: load
                command: [load, $(item), "$(itemIndex)"]
                map: {over: tasks.list.results.files, parallelism: 7, maxFailed: 2}
                retry: {max: 1, backoff: {duration: 1s}}
                results: [{name: rows, type: integer}]
              - name: sum
                command: [sum, "$(size(tasks.load.results.rows))"]
                inputs: {rows: tasks.load.results.rows}
            results: [{name: rows, value: tasks.load.results.rows}]
        """

    private static func script(_ pod: PodView) -> SimulatedKubelet.Ending {
        switch pod.metadata.labels[FairleadLabel.task] {
        case "list":
            let files = (0..<60).map { "\"f\($0)\"" }.joined(separator: ",")
            return SimulatedKubelet.Ending(message: "files=[\(files)]\n")
        case "load":
            let item = Int(pod.metadata.labels[FairleadLabel.itemIndex] ?? "") ?? -1
            let isFirst = pod.metadata.annotations["fairlead.dev/attempt"] == "1"
            if item == 31 || (item == 17 && isFirst) {
                return SimulatedKubelet.Ending(exitCode: 1, message: "cannot read f\(item)")
            }
            return SimulatedKubelet.Ending(message: "rows=\(item * 10)\n")
        default: return SimulatedKubelet.Ending()
        }
    }

    /// An upstream result of unknown length, items that fail and are retried, lists in order, and the controller killed
    /// again and again on the way (metaflow#2659, argo-workflows#10426, kubeflow/pipelines#13897).
    @Test func aFanOutOverAnUpstreamResultSurvivesKills() async throws {
        let cluster = try await TestCluster(script: Self.script)
        try await cluster.run {
            try await cluster.create(Self.manifest)
            for kill in 1...6 {
                try await cluster.withController {
                    try await cluster.eventually("some items end") {
                        let run = try await cluster.pipelineRun("fan")
                        let map = run.status.tasks.first { $0.name == "load" }?.map
                        let ended = IndexRanges(parsing: map?.completedIndexes ?? "").count
                        return ended >= kill * 8 || run.status.phase?.isTerminal == true
                    }
                }
            }
            try await cluster.withController {
                let run = try await cluster.finished("fan")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                let load = try #require(run.status.tasks.first { $0.name == "load" })
                #expect(load.map?.completedIndexes == "0-30,32-59")
                #expect(load.map?.failedIndexes == "31")
                #expect(load.message?.contains("item 31") == true)
                let expected: [JSONValue] = (0..<60).map { $0 == 31 ? .null : .integer(Int64($0 * 10)) }
                #expect(run.status.results["rows"] == .array(expected))
                try await cluster.released()
                let ends = cluster.kubelet.ends
                #expect(ends.values.allSatisfy { $0 == 1 }, "\(ends.filter { $0.value > 1 })")
                #expect(ends.count == 60 + 2 + 2, "each item once, two of them twice, list and sum")
                try await cluster.eventually("pods of items that ended well are gone") {
                    try await cluster.pods().filter { $0.metadata.labels[FairleadLabel.itemIndex] != nil }.count == 3
                }
            }
        }
    }

    @Test func aSuspendedRunStartsNothingAndGoesOnWhereItWas() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(2)) }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: many}
                    spec:
                      pipelineSpec:
                        tasks:
                          - {name: item, image: alpine, command: [work], map: {count: 40, parallelism: 5}}
                    """)
                let key = ObjectKey(namespace: "default", name: "many")
                try await cluster.eventually("some items run") { try await cluster.pods().count >= 10 }
                try await cluster.client.patch(.pipelineRun, key, ["spec": ["suspend": true]])
                try await cluster.eventually("the run is suspended") {
                    try await cluster.pipelineRun("many").status.phase == .suspended
                }
                let made = cluster.kubelet.ends.count
                cluster.clock.advance(by: .seconds(600))
                #expect(cluster.kubelet.ends.count == made)
                try await cluster.client.patch(.pipelineRun, key, ["spec": ["suspend": false]])
                let run = try await cluster.finished("many")
                #expect(run.status.phase == .succeeded)
                #expect(run.status.tasks.first?.map?.completedIndexes == "0-39")
                #expect(cluster.kubelet.ends.count == 40)
            }
        }
    }
}

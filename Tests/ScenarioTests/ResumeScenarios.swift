import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization
import Testing

/// Resuming a failed run: what ended well is taken over, all else runs again.
@Suite(.serialized) struct ResumeScenarios {
    private static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "default", name: name) }

    private static let chain = """
        apiVersion: fairlead.dev/v1alpha1
        kind: Pipeline
        metadata: {name: p}
        spec:
          params: [{name: rows, type: integer}]
          defaults: {image: alpine}
          tasks:
            - {name: a, command: [a, "$(params.rows)"], results: [{name: r, type: integer}], artifacts: [{name: data}]}
            - {name: b, command: [b, "$(tasks.a.results.r)"], results: [{name: r, type: integer}]}
            - {name: c, command: [c, "$(tasks.b.results.r)"], inputs: {data: tasks.a.artifacts.data}}
          results: [{name: r, value: tasks.b.results.r}]
        """

    private static func run(_ name: String, _ spec: String) -> String {
        "{apiVersion: fairlead.dev/v1alpha1, kind: PipelineRun, metadata: {name: \(name)}, spec: {pipeline: p, \(spec)}}"
    }

    /// The tasks of a run that had a pod.
    private static func tasks(_ cluster: TestCluster, _ run: String) async throws -> [String] {
        try await cluster.pods().filter { $0.metadata.labels[FairleadLabel.run] == run }
            .compactMap { $0.metadata.labels[FairleadLabel.task] }.sorted()
    }

    @Test func aRunGoesOnWhereAnotherFailed() async throws {
        let isBroken = Mutex(true)
        let cluster = try await TestCluster { pod in
            let fails = pod.metadata.labels[FairleadLabel.task] == "c" && isBroken.withLock { $0 }
            return SimulatedKubelet.Ending(
                exitCode: fails ? 1 : 0, message: "r=7\n", duration: fails ? .milliseconds(100) : .seconds(20))
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.chain)
                try await cluster.create(Self.run("old", "params: {rows: 3}"))
                #expect(try await cluster.finished("old").status.phase == .failed)
                isBroken.withLock { $0 = false }
                try await cluster.create(Self.run("new", "resumeFrom: {run: old}"))
                try await cluster.eventually("the rest runs") { try await Self.tasks(cluster, "new") == ["c"] }
                let run = try await cluster.pipelineRun("new")
                #expect(run.status.tasks.prefix(2).map(\.reason) == [.recovered, .recovered])
                #expect(run.status.tasks.first?.results == ["r": 7])
                #expect(run.status.tasks.first?.artifacts["data"] != nil)
            }
            // What was taken over is fixed: neither the controller nor the earlier run is needed any more.
            try await cluster.client.delete(.pipelineRun, Self.key("old"))
            try await cluster.withController {
                let run = try await cluster.finished("new")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.results == ["r": 7])
                #expect(run.status.progress == "3/3")
                #expect(try await Self.tasks(cluster, "new") == ["c"])
                try await cluster.create(Self.run("again", "resumeFrom: {run: new, rerun: [b]}, params: {rows: 3}"))
                #expect(try await cluster.finished("again").status.phase == .succeeded)
                #expect(try await Self.tasks(cluster, "again") == ["b", "c"])
                try await cluster.create(Self.run("other", "resumeFrom: {run: new}, params: {rows: 4}"))
                #expect(try await cluster.finished("other").status.phase == .succeeded)
                #expect(try await Self.tasks(cluster, "other") == ["a", "b", "c"])
                try await cluster.released()
            }
        }
    }

    @Test func aMapGoesOnWithTheItemsThatFailed() async throws {
        let isBroken = Mutex(true)
        let cluster = try await TestCluster { pod in
            let item = pod.metadata.labels[FairleadLabel.itemIndex] ?? ""
            let fails = item == "2" && isBroken.withLock { $0 }
            return SimulatedKubelet.Ending(exitCode: fails ? 1 : 0, message: "r=1\(item)\n")
        }
        let map = """
            apiVersion: fairlead.dev/v1alpha1
            kind: Pipeline
            metadata: {name: p}
            spec:
              params: [{name: count, type: integer}]
              defaults: {image: alpine}
              tasks:
                - {name: m, command: [m], map: {count: params.count}, results: [{name: r, type: integer}]}
                - {name: sum, command: [sum], inputs: {all: tasks.m.results.r}}
              results: [{name: all, value: tasks.m.results.r}]
            """
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(map)
                try await cluster.create(Self.run("old", "params: {count: 5}"))
                let old = try await cluster.finished("old")
                #expect(old.status.phase == .failed)
                #expect(old.status.tasks.first?.map?.completedIndexes == "0-1,3-4")
                isBroken.withLock { $0 = false }
                try await cluster.create(Self.run("new", "podRetention: All, resumeFrom: {run: old}"))
                let run = try await cluster.finished("new")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.results == ["all": [10, 11, 12, 13, 14]])
                #expect(try await Self.tasks(cluster, "new") == ["m", "sum"])
                // A whole map is taken over with its lists, which the tasks behind it mount.
                try await cluster.create(Self.run("last", "podRetention: All, resumeFrom: {run: new, rerun: [sum]}"))
                let last = try await cluster.finished("last")
                #expect(last.status.phase == .succeeded)
                #expect(last.status.results == ["all": [10, 11, 12, 13, 14]])
                #expect(last.status.tasks.first?.reason == .recovered)
                #expect(try await Self.tasks(cluster, "last") == ["sum"])
                let list = ItemOutputs.listLocation(run: last.metadata, task: "m", .results, "r")
                _ = try await cluster.client.get(.configMap, Self.key(list.configMap))
            }
        }
    }

    @Test func whatCannotBeResumedIsRefusedWithTheField() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(message: "r=1", duration: nil) }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.chain)
                try await cluster.create(Self.run("busy", "params: {rows: 1}"))
                try await cluster.eventually("it runs") { try await !Self.tasks(cluster, "busy").isEmpty }
                for (name, spec, words) in [
                    ("gone", "resumeFrom: {run: nobody}", ["spec.resumeFrom.run", "nobody"]),
                    ("early", "resumeFrom: {run: busy}", ["spec.resumeFrom.run", "not finished"]),
                    ("odd", "resumeFrom: {run: busy, rerun: [d]}", ["spec.resumeFrom.rerun[0]", "\"d\""]),
                ] {
                    try await cluster.create(Self.run(name, spec))
                    let run = try await cluster.finished(name)
                    #expect(run.status.reason == .invalidSpec, "\(name)")
                    for word in words {
                        #expect(run.status.message?.contains(word) == true, "\(name): \(run.status.message ?? "")")
                    }
                    #expect(try await Self.tasks(cluster, name).isEmpty)
                }
            }
        }
    }
}

import ClusterTesting
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// The cache with real controllers: what one run computed, another takes; nothing waits for the dead.
@Suite(.serialized) struct CacheScenarios {
    private static func pipeline(_ cache: String = "{}", rows: Int = 10) -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: Pipeline
        metadata: {name: p}
        spec:
          params: [{name: rows, type: integer, default: \(rows)}, {name: other, default: x}]
          tasks:
            - name: ingest
              image: alpine
              command: [ingest, "$(params.rows)"]
              results: [{name: rows, type: integer}]
              artifacts: [{name: data}]
              cache: \(cache)
            - {name: use, image: alpine, command: [use, "$(tasks.ingest.results.rows)"]}
          results: [{name: rows, value: tasks.ingest.results.rows}]
        """
    }

    private static func run(_ name: String, _ more: String = "") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: \(name)}
        spec: {pipeline: p\(more)}
        """
    }

    private static func cluster(_ duration: Duration = .milliseconds(100)) async throws -> TestCluster {
        try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.task] == "ingest"
                ? SimulatedKubelet.Ending(message: "rows=42\n", duration: duration) : SimulatedKubelet.Ending()
        }
    }

    /// The pods of a task that were ever made and are kept.
    private static func pods(_ cluster: TestCluster, _ task: String, run: String? = nil) async throws -> Int {
        try await cluster.pods().count { pod in
            pod.metadata.labels[FairleadLabel.task] == task
                && (run == nil || pod.metadata.labels[FairleadLabel.run] == run)
        }
    }

    private static func entries(_ cluster: TestCluster) async throws -> [CacheEntry] {
        try await cluster.client.list(CacheEntry.self, namespace: "default").items.filter { $0.state != nil }
    }

    @Test func aSecondRunTakesWhatTheFirstComputed() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline())
                try await cluster.create(Self.run("one"))
                #expect(try await cluster.finished("one").status.phase == .succeeded)
                try await cluster.create(Self.run("two", ", params: {other: why}"))
                let run = try await cluster.finished("two")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.results == ["rows": 42])
                let task = try #require(run.status.tasks.first)
                #expect(task.reason == .cached)
                #expect(task.message?.contains("run one") == true)
                #expect(task.artifacts["data"]?.uri != nil)
                #expect(try await Self.pods(cluster, "ingest") == 1)
                #expect(try await Self.pods(cluster, "use") == 2)
                let entry = try #require(try await Self.entries(cluster).first)
                #expect(entry.state == .done)
                #expect(entry.claimant.run == "one")
                #expect(entry.metadata.ownerReferences.isEmpty)
                try await cluster.create(Self.run("three", ", params: {rows: 11}"))
                #expect(try await cluster.finished("three").status.tasks.first?.reason == nil)
                #expect(try await Self.pods(cluster, "ingest") == 2)
                try await cluster.released()
            }
        }
    }

    @Test func offAsksNothingAndRefreshTakesTheEntrysPlace() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline())
                for (name, more) in [("one", ""), ("without", ", cache: Off"), ("fresh", ", cache: Refresh")] {
                    try await cluster.create(Self.run(name, more))
                    let run = try await cluster.finished(name)
                    #expect(run.status.phase == .succeeded)
                    #expect(run.status.tasks.first?.reason == nil, "\(name)")
                    let owner = name == "fresh" ? "fresh" : "one"
                    #expect(try await Self.entries(cluster).map(\.claimant.run) == [owner], "\(name)")
                }
            }
        }
    }

    @Test func anOutcomeThatIsTooOldIsComputedAgain() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline("{maxAge: 2h}"))
                try await cluster.create(Self.run("one"))
                _ = try await cluster.finished("one")
                try await cluster.create(Self.run("two"))
                #expect(try await cluster.finished("two").status.tasks.first?.reason == .cached)
                cluster.clock.advance(by: .seconds(7300))
                try await cluster.eventually("the entry is swept away") { try await Self.entries(cluster).isEmpty }
                try await cluster.create(Self.run("three"))
                #expect(try await cluster.finished("three").status.tasks.first?.reason == nil)
                #expect(try await Self.pods(cluster, "ingest") == 2)
            }
        }
    }

    @Test func ofTwoRunsAtOnceOneComputesAndTheOtherWaits() async throws {
        let cluster = try await Self.cluster(.seconds(30))
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline())
                try await cluster.create(Self.run("one"))
                try await cluster.create(Self.run("two"))
                try await cluster.eventually("one waits") {
                    let runs = [try await cluster.pipelineRun("one"), try await cluster.pipelineRun("two")]
                    return runs.contains { $0.status.tasks.first?.message?.contains("computes the same") == true }
                }
            }
            // The controller dies while one computes and the other waits.
            try await cluster.withController {
                let runs = [try await cluster.finished("one"), try await cluster.finished("two")]
                #expect(runs.allSatisfy { $0.status.phase == .succeeded })
                #expect(runs.count { $0.status.tasks.first?.reason == .cached } == 1)
                #expect(try await Self.pods(cluster, "ingest") == 1)
                try await cluster.released()
            }
        }
    }

    @Test func whoWaitsForADeletedRunComputes() async throws {
        let cluster = try await TestCluster { pod in
            let isFirst = pod.metadata.labels[FairleadLabel.run] == "one"
            return pod.metadata.labels[FairleadLabel.task] == "ingest"
                ? SimulatedKubelet.Ending(message: "rows=1\n", duration: isFirst ? nil : .milliseconds(100))
                : SimulatedKubelet.Ending()
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline())
                try await cluster.create(Self.run("one"))
                try await cluster.eventually("the first computes") { try await Self.pods(cluster, "ingest") == 1 }
                try await cluster.create(Self.run("two"))
                try await cluster.eventually("the second waits") {
                    try await cluster.pipelineRun("two").status.tasks.first?.phase == .queued
                }
                try await cluster.client.delete(.pipelineRun, ObjectKey(namespace: "default", name: "one"))
                let run = try await cluster.finished("two")
                #expect(run.status.phase == .succeeded)
                #expect(run.status.tasks.first?.reason == nil)
                #expect(try await Self.entries(cluster).map(\.claimant.run) == ["two"])
            }
        }
    }

    @Test func aFailureLeavesNothingInTheCache() async throws {
        let cluster = try await TestCluster { pod in
            SimulatedKubelet.Ending(
                exitCode: pod.metadata.labels[FairleadLabel.run] == "one" ? 1 : 0, message: "rows=1")
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline())
                try await cluster.create(Self.run("one"))
                #expect(try await cluster.finished("one").status.phase == .failed)
                try await cluster.create(Self.run("two"))
                let run = try await cluster.finished("two")
                #expect(run.status.phase == .succeeded)
                #expect(run.status.tasks.first?.reason == nil)
            }
        }
    }

    @Test func itemsOfAMapAreTakenOneByOne() async throws {
        let cluster = try await TestCluster { pod in
            SimulatedKubelet.Ending(message: "r=\(pod.metadata.labels[FairleadLabel.itemIndex] ?? "0")")
        }
        let map = """
            apiVersion: fairlead.dev/v1alpha1
            kind: Pipeline
            metadata: {name: p}
            spec:
              params: [{name: set, type: array, items: string}]
              tasks:
                - name: each
                  image: alpine
                  command: [work, "$(item)"]
                  map: {over: params.set}
                  results: [{name: r, type: integer}]
                  cache: {}
              results: [{name: all, value: tasks.each.results.r}]
            """
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(map)
                try await cluster.create(Self.run("one", ", podRetention: All, params: {set: [a, b, c]}"))
                #expect(try await cluster.finished("one").status.results == ["all": [0, 1, 2]])
                try await cluster.create(Self.run("two", ", podRetention: All, params: {set: [c, d, a, d]}"))
                let run = try await cluster.finished("two")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                // Of the two that are equal one is computed: its index is what the program wrote.
                let all = run.status.results["all"]?.arrayValue ?? []
                #expect(all.first == 2 && all[2] == 0 && all[1] == all[3])
                #expect(try await Self.pods(cluster, "each", run: "two") == 1)
                #expect(run.status.tasks.first?.map?.completedIndexes == "0-3")
                #expect(run.status.tasks.first?.message?.contains("3 of 4") == true)
                try await cluster.create(Self.run("three", ", params: {set: [d, c, b, a]}"))
                let last = try await cluster.finished("three")
                #expect(last.status.tasks.first?.reason == .cached)
                #expect(try await Self.pods(cluster, "each", run: "three") == 0)
            }
        }
    }
}

extension CacheScenarios {
    /// Requests get lost, are refused or come twice, and the controller dies again and again.
    @Test(arguments: [UInt64(3), 17, 4711]) func eachItemIsComputedOnceInAStorm(seed: UInt64) async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(2)) }
        let storm = FaultyTransport(InProcessTransport(cluster.server), seed: seed, rate: 0.05)
        try await cluster.run {
            try await cluster.create(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: Pipeline
                metadata: {name: p}
                spec:
                  params: [{name: set, type: array, items: string}]
                  tasks:
                    - {name: each, image: alpine, command: [work, "$(item)"], map: {over: params.set}, cache: {}}
                """)
            let sets = ["[a, b, c]", "[c, d, a]", "[e, d, b]"]
            for (index, set) in sets.enumerated() {
                try await cluster.create(Self.run("r\(index)", ", podRetention: All, params: {set: \(set)}"))
            }
            for pods in [1, 3] {
                try await cluster.withController(transport: storm) {
                    try await cluster.eventually("\(pods) pods are made") {
                        try await Self.pods(cluster, "each") >= pods
                    }
                }
            }
            try await cluster.withController(transport: storm) {
                for index in sets.indices {
                    let run = try await cluster.finished("r\(index)")
                    #expect(run.status.phase == .succeeded, "seed \(seed): \(run.status)")
                }
            }
            #expect(try await Self.pods(cluster, "each") == 5, "seed \(seed)")
            #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 }, "seed \(seed)")
            let entries = try await Self.entries(cluster)
            #expect(entries.count == 5 && entries.allSatisfy { $0.state == .done }, "seed \(seed)")
        }
    }
}

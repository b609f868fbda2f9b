import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Concurrency groups with real controllers: order, refusal, replacement, and no slot lost at a restart.
@Suite(.serialized) struct ConcurrencyScenarios {
    private static func pipeline(_ concurrency: String) -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: Pipeline
        metadata: {name: p}
        spec:
          params: [{name: country, default: nl}]
          concurrency: \(concurrency)
          tasks: [{name: work, image: alpine, command: [work]}]
          finally: [{name: tidy, image: alpine, command: [tidy]}]
        """
    }

    private static func run(_ name: String, _ more: String = "") -> String {
        "{apiVersion: fairlead.dev/v1alpha1, kind: PipelineRun, metadata: {name: \(name)}, spec: {pipeline: p\(more)}}"
    }

    /// A node on which `work` runs until its pod is deleted, or its name says otherwise.
    private static func cluster(_ duration: Duration? = nil) async throws -> TestCluster {
        try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.task] == "work"
                ? SimulatedKubelet.Ending(duration: duration) : SimulatedKubelet.Ending()
        }
    }

    private static func phase(_ cluster: TestCluster, _ name: String) async throws -> PipelineRunStatus.Phase? {
        try await cluster.pipelineRun(name).status.phase
    }

    private static func phases(_ cluster: TestCluster) async throws -> [PipelineRunStatus.Phase?] {
        try await cluster.client.list(PipelineRun.self, namespace: "default").items.map(\.status.phase)
    }

    private static func works(_ cluster: TestCluster, _ name: String) async throws -> Bool {
        try await cluster.pods().contains {
            $0.metadata.labels[FairleadLabel.run] == name && $0.metadata.labels[FairleadLabel.task] == "work"
        }
    }

    private static func stop(_ cluster: TestCluster, _ name: String) async throws {
        try await cluster.client.patch(
            .pipelineRun, ObjectKey(namespace: "default", name: name), ["spec": ["shutdown": "Terminate"]])
    }

    @Test func runsOfAGroupFollowEachOther() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline("{group: \"$(params.country)\"}"))
                try await cluster.create(Self.run("a"))
                try await cluster.eventually("the first runs") { try await Self.works(cluster, "a") }
                for name in ["b", "c", "d"] { try await cluster.create(Self.run(name)) }
                try await cluster.create(Self.run("other", ", params: {country: be}"))
                try await cluster.eventually("another group runs") { try await Self.works(cluster, "other") }
                for name in ["b", "c", "d"] {
                    try await cluster.eventually("\(name) waits") { try await Self.phase(cluster, name) == .queued }
                }
                let run = try await cluster.pipelineRun("b")
                #expect(run.status.reason == .queued)
                #expect(run.status.message?.contains("number 1 in line") == true)
                #expect(run.status.concurrencyGroup == "nl")
                // A run that waits can be ended, and one that is deleted leaves no slot behind.
                try await Self.stop(cluster, "c")
                #expect(try await cluster.finished("c").status.phase == .stopped)
                try await cluster.client.delete(.pipelineRun, ObjectKey(namespace: "default", name: "a"))
                try await cluster.eventually("the next one runs") { try await Self.works(cluster, "b") }
                #expect(try await Self.phase(cluster, "d") == .queued)
            }
            // Slots follow from what is, not from what a controller remembers.
            try await cluster.withController {
                try await cluster.create(Self.run("e"))
                try await cluster.eventually("the last one waits") { try await Self.phase(cluster, "e") == .queued }
                #expect(try await Self.phase(cluster, "d") == .queued)
                #expect(try await !Self.works(cluster, "d"))
                try await Self.stop(cluster, "b")
                try await cluster.eventually("the next one runs") { try await Self.works(cluster, "d") }
                #expect(try await Self.phase(cluster, "e") == .queued)
                #expect(try await !Self.works(cluster, "c"))
            }
        }
    }

    @Test func neverMoreThanTheGroupTakes() async throws {
        let cluster = try await Self.cluster(.seconds(2))
        try await cluster.run {
            try await cluster.create(Self.pipeline("{max: 2}"))
            let names = (0..<8).map { "r\($0)" }
            for name in names { try await cluster.create(Self.run(name)) }
            try await cluster.withController {
                try await cluster.eventually("all have ended") {
                    let phases = try await Self.phases(cluster)
                    let running = phases.count { $0 == .running }
                    if running > 2 { Issue.record("\(running) run at once") }
                    return phases.allSatisfy { $0 == .succeeded }
                }
                let runs = try await cluster.client.list(PipelineRun.self, namespace: "default").items
                let started = runs.sorted { $0.metadata.name < $1.metadata.name }.compactMap(\.status.startTime)
                #expect(started == started.sorted())
            }
        }
    }

    @Test func forbidRefusesTheNewOne() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline("{policy: Forbid}"))
                try await cluster.create(Self.run("a"))
                try await cluster.eventually("the first runs") { try await Self.works(cluster, "a") }
                try await cluster.create(Self.run("b"))
                let run = try await cluster.finished("b")
                #expect(run.status.phase == .failed)
                #expect(run.status.reason == .rejected)
                #expect(run.status.message?.contains("taken by a") == true)
                #expect(try await !Self.works(cluster, "b"))
                try await Self.stop(cluster, "a")
                _ = try await cluster.finished("a")
                try await cluster.create(Self.run("c"))
                try await cluster.eventually("the group is free again") { try await Self.works(cluster, "c") }
            }
        }
    }

    @Test func replaceStopsTheOlderOne() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline("{policy: Replace}"))
                try await cluster.create(Self.run("a"))
                try await cluster.eventually("the first runs") { try await Self.works(cluster, "a") }
                cluster.clock.advance(by: .seconds(2))
                try await cluster.create(Self.run("b"))
                let run = try await cluster.finished("a")
                #expect(run.status.phase == .stopped)
                #expect(run.status.reason == .cancelled)
                #expect(run.status.message == "replaced by run b")
                #expect(run.spec.value?.shutdown == nil)
                #expect(run.status.tasks.first { $0.name == "tidy" }?.phase == .succeeded)
                try await cluster.eventually("the second runs") { try await Self.works(cluster, "b") }
            }
        }
    }

    @Test func aSuspendedRunStartsNothingUntilItIsResumed() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline("{}"))
                try await cluster.create(Self.run("a", ", suspend: true, queue: team"))
                try await cluster.eventually("it is suspended") { try await Self.phase(cluster, "a") == .suspended }
                try await cluster.create(Self.run("b", ", queue: team"))
                try await cluster.eventually("it holds no slot") { try await Self.works(cluster, "b") }
                let pod = try #require(try await cluster.pods().first)
                #expect(pod.metadata.labels["kueue.x-k8s.io/queue-name"] == "team")
                #expect(try await cluster.pipelineRun("a").status.startTime == nil)
                try await cluster.client.patch(
                    .pipelineRun, ObjectKey(namespace: "default", name: "a"), ["spec": ["suspend": false]])
                try await cluster.eventually("it waits for its turn") { try await Self.phase(cluster, "a") == .queued }
                try await Self.stop(cluster, "b")
                try await cluster.eventually("it runs") { try await Self.works(cluster, "a") }
            }
        }
    }
}

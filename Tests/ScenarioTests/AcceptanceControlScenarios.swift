import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization
import Testing

/// More of what users of other orchestrators suffer from: locks, retries, caches, tenants and idle costs.
///
/// Each case names the reports; docs/acceptance.md has them all.
@Suite(.serialized) struct AcceptanceControlScenarios {
    private static func key(_ name: String, _ namespace: String = "default") -> ObjectKey {
        ObjectKey(namespace: namespace, name: name)
    }

    private static func pipeline(_ tasks: String, more: String = "", namespace: String = "default") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: Pipeline
        metadata: {name: p, namespace: \(namespace)}
        spec:
          \(more)
          defaults: {image: alpine, command: [work]}
          tasks: [\(tasks)]
        """
    }

    private static func run(_ name: String, _ more: String = "", namespace: String = "default") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: \(name), namespace: \(namespace)}
        spec: {pipeline: p\(more)}
        """
    }

    private static func pods(_ cluster: TestCluster, run: String, namespace: String = "default") async throws
        -> [PodView]
    {
        try await cluster.pods(namespace: namespace).filter { $0.metadata.labels[FairleadLabel.run] == run }
    }

    private static func attempt(_ pod: PodView) -> Int {
        pod.metadata.annotations[PodNaming.attemptAnnotation].flatMap { Int($0) } ?? 0
    }

    // MARK: Locks

    /// argo-workflows#6340, #4632, #7633, #10844, #6110, PrefectHQ/prefect#8566: a slot of a semaphore stays taken after its
    /// run was stopped, terminated or deleted, or has failed.
    @Test(arguments: ["stop", "terminate", "delete", "fail", "deadline"])
    func aSlotIsFreeHoweverItsRunEnds(_ end: String) async throws {
        let cluster = try await TestCluster { pod in
            let isFirst = pod.metadata.labels[FairleadLabel.run] == "first"
            if isFirst, end == "fail" { return SimulatedKubelet.Ending(exitCode: 1, duration: .seconds(600)) }
            return SimulatedKubelet.Ending(duration: isFirst ? nil : .milliseconds(100))
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline("{name: a}", more: "concurrency: {group: g, max: 1}"))
                let deadline = end == "deadline" ? ", activeDeadlineSeconds: 600" : ""
                try await cluster.create(Self.run("first", deadline))
                try await cluster.eventually("the first runs") {
                    try await Self.pods(cluster, run: "first").contains { $0.status.phase == "Running" }
                }
                try await cluster.create(Self.run("next"))
                try await cluster.eventually("the next one waits") {
                    try await cluster.pipelineRun("next").status.phase == .queued
                }
                switch end {
                case "stop", "terminate":
                    let how: JSONValue = end == "stop" ? "Stop" : "Terminate"
                    try await cluster.client.patch(.pipelineRun, Self.key("first"), ["spec": ["shutdown": how]])
                case "delete": try await cluster.client.delete(.pipelineRun, Self.key("first"))
                default: break
                }
                #expect(try await cluster.finished("next").status.phase == .succeeded)
                try await cluster.released()
            }
        }
    }

    /// argo-workflows#10733: what waits for a lock cannot be ended.
    @Test func whatWaitsForASlotCanBeEnded() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: nil) }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    Self.pipeline("{name: a}", more: "concurrency: {group: g, max: 1}\n  finally: [{name: tidy}]"))
                try await cluster.create(Self.run("first"))
                try await cluster.eventually("the first runs") {
                    try await !Self.pods(cluster, run: "first").isEmpty
                }
                for (name, how) in [("one", "Stop"), ("two", "Terminate")] {
                    try await cluster.create(Self.run(name))
                    try await cluster.eventually("\(name) waits") {
                        try await cluster.pipelineRun(name).status.phase == .queued
                    }
                    try await cluster.client.patch(
                        .pipelineRun, Self.key(name), ["spec": ["shutdown": .string(how)]])
                    #expect(try await cluster.finished(name).status.phase == .stopped)
                    #expect(try await Self.pods(cluster, run: name).isEmpty)
                }
            }
        }
    }

    // MARK: Retries and the cache

    /// kubeflow/pipelines#13897, #12389, Netflix/metaflow#2276: retries are ignored in a loop, or bounded by a number that
    /// nobody can change.
    @Test func eachItemOfALoopIsRetriedAsOftenAsItSays() async throws {
        let cluster = try await TestCluster { pod in
            let item = pod.metadata.labels[FairleadLabel.itemIndex].flatMap { Int($0) } ?? 0
            return SimulatedKubelet.Ending(exitCode: Self.attempt(pod) <= item ? 1 : 0)
        }
        try await cluster.run {
            try await cluster.withController {
                let retry = "retry: {max: 8, backoff: {duration: 1s, factor: 1}}"
                try await cluster.create(Self.pipeline("{name: each, map: {count: 10, maxFailed: 1}, \(retry)}"))
                try await cluster.create(Self.run("loop"))
                let run = try await cluster.finished("loop")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                // Item 8 needs its ninth attempt, which is the last; item 9 would need a tenth.
                #expect(run.status.tasks.first?.map?.completedIndexes == "0-8")
                #expect(run.status.tasks.first?.map?.failedIndexes == "9")
            }
            #expect(cluster.kubelet.ends.count == (1...9).reduce(0, +) + 9)
        }
    }

    /// argo-workflows#11191, #10426, #10769: what is retried is not remembered, or remembered as failed.
    @Test func whatSucceedsAfterARetryIsInTheCache() async throws {
        let cluster = try await TestCluster { pod in
            SimulatedKubelet.Ending(exitCode: Self.attempt(pod) < 3 ? 1 : 0, message: "rows=7\n")
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    Self.pipeline(
                        """
                        {name: a, cache: {}, results: [{name: rows, type: integer}], \
                        retry: {max: 5, backoff: {duration: 1s}}}
                        """))
                try await cluster.create(Self.run("one"))
                #expect(try await cluster.finished("one").status.tasks.first?.attempts == 3)
                try await cluster.create(Self.run("two"))
                let task = try #require(try await cluster.finished("two").status.tasks.first)
                #expect(task.reason == .cached, "\(task)")
                #expect(task.results == ["rows": 7])
                #expect(try await Self.pods(cluster, run: "two").isEmpty)
            }
        }
    }

    /// argo-workflows#12936, #2320, #1803, tektoncd/pipeline#50: a run can't go on from any of its tasks with other
    /// parameters, or then does so out of order.
    @Test func aRerunFromTheMiddleKeepsTheOrder() async throws {
        let order = Mutex<[String]>([])
        let cluster = try await TestCluster { pod in
            let name = pod.metadata.labels[FairleadLabel.task] ?? ""
            if pod.metadata.labels[FairleadLabel.run] == "again" {
                order.withLock { if !$0.contains(name) { $0.append(name) } }
            }
            return SimulatedKubelet.Ending(message: "r=1\n")
        }
        try await cluster.run {
            try await cluster.withController {
                let result = "results: [{name: r, type: integer}]"
                try await cluster.create(
                    Self.pipeline(
                        """
                        {name: a, \(result)}, {name: b, \(result), command: [b, "$(tasks.a.results.r)"]}, \
                        {name: c, command: [c, "$(params.rows)"], dependsOn: [b]}, \
                        {name: d, command: [d, "$(tasks.b.results.r)"], dependsOn: [c]}, {name: aside, dependsOn: [a]}
                        """, more: "params: [{name: rows, type: integer, default: 1}]"))
                try await cluster.create(Self.run("first"))
                #expect(try await cluster.finished("first").status.phase == .succeeded)
                try await cluster.create(Self.run("again", ", params: {rows: 2}, resumeFrom: {run: first, rerun: [b]}"))
                let run = try await cluster.finished("again")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                let recovered = run.status.tasks.filter { $0.reason == .recovered }.map(\.name)
                #expect(recovered == ["a", "aside"])
            }
            #expect(order.withLock { $0 } == ["b", "c", "d"])
        }
    }

    // MARK: The platform

    /// apache/airflow#14422: nobody is told of a failure when it was the platform that took the pod away.
    @Test func anEvictionThatEndsARunIsTold() async throws {
        let settings = PlanningSettings(artifactStore: "file:///store", image: "fairlead:test")
        let cluster = try await TestCluster(settings: settings) { pod in
            pod.metadata.labels[NotificationPod.label] != nil
                ? SimulatedKubelet.Ending() : SimulatedKubelet.Ending(exitCode: 137, reason: "Evicted")
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    Self.pipeline(
                        "{name: a}", more: "notifications: [{events: [Failed], webhook: {secret: hooks, key: url}}]"))
                try await cluster.create(Self.run("evicted"))
                let run = try await cluster.finished("evicted")
                #expect(run.status.reason == .evicted, "\(run.status)")
                #expect(run.status.tasks.first?.attempts == PipelineRunPlanner.platformRetries + 1)
                try await cluster.eventually("it is told") {
                    try await cluster.pipelineRun("evicted").status.notifications.map(\.phase) == [.succeeded]
                }
            }
        }
    }

    /// argo-workflows#10840, #13499, #11879, #10192: a run with artifacts can't be deleted, for what should collect them
    /// holds it.
    @Test func aRunWithArtifactsGoesWhenItIsDeleted() async throws {
        let settings = PlanningSettings(artifactStore: "s3://gone/away", image: "fairlead:test")
        let cluster = try await TestCluster(settings: settings) { _ in SimulatedKubelet.Ending(duration: nil) }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.pipeline("{name: each, map: {count: 5}, artifacts: [{name: data}]}"))
                try await cluster.create(Self.run("kept"))
                try await cluster.eventually("all items run") {
                    try await Self.pods(cluster, run: "kept").count { $0.status.phase == "Running" } == 5
                }
                let run = try await cluster.client.get(.pipelineRun, Self.key("kept"))
                #expect(run[path: ["metadata", "finalizers"]] == nil, "nothing of ours holds a run")
                try await cluster.client.delete(.pipelineRun, Self.key("kept"))
                try await cluster.eventually("nothing of it is left") {
                    let runs = try await cluster.client.list(PipelineRun.self, namespace: "default").items
                    return try await Self.pods(cluster, run: "kept").isEmpty && runs.isEmpty
                }
            }
        }
    }

    /// kubeflow/pipelines#4649, #4790, #1223: what one tenant computed, or stored, is another's.
    @Test func namespacesShareNothing() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(message: "rows=7\n") }
        try await cluster.run {
            let space: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]]
            try await cluster.client.create(.namespace, namespace: nil, space)
            try await cluster.withController {
                let task = "{name: a, cache: {}, artifacts: [{name: data}], results: [{name: rows, type: integer}]}"
                var uris: [String] = []
                for namespace in ["default", "team"] {
                    try await cluster.create(Self.pipeline(task, namespace: namespace))
                    try await cluster.create(Self.run("one", namespace: namespace))
                    try await cluster.eventually("the run of \(namespace) is over") {
                        try await cluster.pipelineRun("one", namespace: namespace).status.phase == .succeeded
                    }
                    let run = try await cluster.pipelineRun("one", namespace: namespace)
                    #expect(run.status.tasks.first?.reason != .cached)
                    let uri = try #require(run.status.tasks.first?.artifacts["data"]?.uri)
                    #expect(uri.contains("/\(namespace)/"))
                    uris.append(uri)
                    // With the same name in its own namespace it is.
                    try await cluster.create(Self.run("two", namespace: namespace))
                    try await cluster.eventually("the second run of \(namespace) is over") {
                        try await cluster.pipelineRun("two", namespace: namespace).status.phase == .succeeded
                    }
                    let second = try await cluster.pipelineRun("two", namespace: namespace)
                    #expect(second.status.tasks.first?.artifacts["data"]?.uri == uri)
                }
                #expect(Set(uris).count == 2)
                let foreign = Self.run("foreign", ", resumeFrom: {run: only-there}")
                try await cluster.create(foreign)
                #expect(try await cluster.finished("foreign").status.reason == .invalidSpec)
            }
        }
    }

    // MARK: Cost

    /// apache/airflow#49076, #71267: a large parameter is copied into every item of a loop.
    @Test func aLargeParameterIsKeptOnce() async throws {
        let cluster = try await TestCluster()
        let large = String(repeating: "x", count: 200_000)
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    Self.pipeline("{name: each, map: {count: 20}}", more: "params: [{name: config}]"))
                try await cluster.create(Self.run("large", ", params: {config: \(large)}, podRetention: All"))
                #expect(try await cluster.finished("large").status.phase == .succeeded)
                let pods = try await cluster.client.list(.pod, namespace: "default").items
                #expect(pods.count == 20)
                for pod in pods { #expect(JSONWriter.bytes(pod).count < 10_000) }
                let run = try await cluster.pipelineRun("large")
                #expect(try KubernetesJSON.encode(run.status).count < 5000)
            }
        }
    }

    /// tektoncd/pipeline#8495, #3385, #4102: a run is looked at thousands of times, each time with requests, and what is
    /// over goes on costing.
    @Test func everyRequestHasAReason() async throws {
        let requests = Mutex<[String: Int]>([:])
        let cluster = try await TestCluster()
        let count: FaultyTransport.Decision = { request in
            let parts = request.path.split(separator: "/")
            // What the cluster serves is asked for now and then, whatever runs: once in five minutes.
            let isDiscovery = parts.count <= (parts.first == "apis" ? 3 : 2)
            if request.query("watch") != "true", !isDiscovery {
                requests.withLock { $0[request.method.rawValue, default: 0] += 1 }
            }
            return nil
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Manifests.fan("warm", count: 2))
                #expect(try await cluster.finished("warm").status.phase == .succeeded)
                try await cluster.released()
                cluster.faults.decide(count)
                try await cluster.create(Manifests.fan("fan", count: 40))
                #expect(try await cluster.finished("fan").status.phase == .succeeded)
                try await cluster.released()
                let made = requests.withLock { $0 }
                // A pod is made and released, and each end is told: on this fast clock hardly two in one write.
                #expect(made["GET", default: 0] <= 3, "\(made)")
                #expect(made["DELETE", default: 0] == 0, "\(made)")
                #expect(made.values.reduce(0, +) <= 41 * 4, "\(made)")
                // What is over costs nothing: an hour goes by.
                let end = cluster.clock.now.addingTimeInterval(3600)
                requests.withLock { $0 = [:] }
                try await cluster.eventually("an hour has gone by") { cluster.clock.now > end }
                #expect(requests.withLock { $0.values.reduce(0, +) } == 0, "\(requests.withLock { $0 })")
            }
        }
    }

    /// apache/airflow#47597, tektoncd/pipeline#3175: pipelines of hundreds of tasks become slow, or do not run at all.
    @Test func fiveHundredTasksRunOnce() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Manifests.fan("wide", count: Limits.published.tasks - 1))
                let run = try await cluster.finished("wide")
                #expect(run.status.phase == .succeeded, "\(run.status.message ?? "")")
                #expect(run.status.progress == "500/500")
                try await cluster.released()
            }
            #expect(cluster.kubelet.ends.count == 500)
            #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 })
        }
    }
}

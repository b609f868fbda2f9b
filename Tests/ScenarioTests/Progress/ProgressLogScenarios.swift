import ClusterTesting
import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import Logging
import PrometheusMetrics
import Synchronization
import Testing

/// Metrics of training jobs out of their leaders' logs, with real controllers on virtual time.
@Suite(.serialized) struct ProgressLogScenarios {
    /// Logs that a test writes, and what was asked for.
    private final class Logs: PodLogs {
        private struct State {
            var lines: [(time: MicroTime, text: String)] = []
            var asked: [PodLogRequest] = []
            var isBroken = false
        }

        private let state = Mutex(State())

        var asked: [PodLogRequest] { state.withLock { $0.asked } }

        func say(_ text: String, at date: Date) {
            state.withLock { $0.lines.append((MicroTime(date), text)) }
        }

        func breakDown() { state.withLock { $0.isBroken = true } }

        func stream(_ request: PodLogRequest, to write: ServerResponse.Writer) async throws {
            let text: String = try state.withLock { state in
                state.asked.append(request)
                if state.isBroken { throw Status(code: 500, reason: "InternalError", message: "no kubelet") }
                let since = request.sinceTime.map { MicroTime($0.date) }
                return state.lines.filter { line in since.map { line.time >= $0 } ?? true }
                    .suffix(request.tailLines ?? .max).map { "\($0.time) \($0.text)\n" }.joined()
            }
            try await write(Array(text.utf8))
        }
    }

    private static func job(_ name: String, nodes: Int = 1, progress: JSONValue? = nil) -> JSONValue {
        var spec: JSONValue = ["image": "alpine", "command": ["train"], "nodes": .integer(Int64(nodes))]
        spec["progress"] = progress
        return [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "TrainingJob", "metadata": ["name": .string(name)],
            "spec": spec,
        ]
    }

    private static func get(_ cluster: TestCluster, _ name: String) async throws -> TrainingJob {
        try await cluster.client.get(TrainingJob.self, ObjectKey(namespace: "default", name: name))
    }

    private static func finished(_ cluster: TestCluster, _ name: String) async throws -> TrainingJob {
        try await cluster.eventually("job \(name) is finished") {
            try await get(cluster, name).status.phase?.isTerminal == true
        }
        return try await get(cluster, name)
    }

    /// A program that runs for an instant, which no poll would meet.
    @Test func aShortJobTellsItsMetricsAtItsEnd() async throws {
        let logs = Logs()
        let cluster = try await TestCluster()
        cluster.server.podLogs = logs
        logs.say("epoch=3/10 loss=0.21", at: cluster.clock.now)
        try await cluster.run {
            try await cluster.withController {
                try await cluster.client.create(.trainingJob, namespace: "default", Self.job("short", nodes: 3))
                let job = try await Self.finished(cluster, "short")
                #expect(job.status.phase == .succeeded, "\(job.status)")
                #expect(job.status.metrics == ["epoch": 3, "loss": 0.21, "progress": 30])
                #expect(job.status.metricsTime != nil)
                #expect(job.status.progress == "100%")
            }
        }
        // Only the leader's log was read, once.
        #expect(Set(logs.asked.map(\.pod)).count == 1)
        #expect(logs.asked.count == 1)
        #expect(logs.asked.allSatisfy { $0.container == "main" && $0.tailLines != nil && $0.limitBytes != nil })
    }

    @Test func aFailedJobKeepsItsProgress() async throws {
        let logs = Logs()
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(exitCode: 1) }
        cluster.server.podLogs = logs
        logs.say("loss is 3", at: cluster.clock.now)
        logs.say("step 40/100", at: cluster.clock.now)
        try await cluster.run {
            try await cluster.withController {
                let pattern: JSONValue = ["pattern": "step (?P<step>[0-9]+/[0-9]+)"]
                try await cluster.client.create(
                    .trainingJob, namespace: "default", Self.job("failing", progress: pattern))
                let job = try await Self.finished(cluster, "failing")
                #expect(job.status.phase == .failed, "\(job.status)")
                #expect(job.status.metrics == ["step": 40, "progress": 40])
                #expect(job.status.progress == "40%")
            }
        }
    }

    @Test func aRunningJobIsReadOnAndOn() async throws {
        let logs = Logs()
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(200)) }
        cluster.server.podLogs = logs
        try await cluster.run {
            try await cluster.withController {
                try await cluster.client.create(.trainingJob, namespace: "default", Self.job("long"))
                for epoch in 1...3 {
                    logs.say("epoch=\(epoch)/4 loss=\(1 / Double(epoch))", at: cluster.clock.now)
                    try await cluster.eventually("epoch \(epoch)") {
                        let status = try await Self.get(cluster, "long").status
                        return status.metrics["epoch"] == .integer(Int64(epoch))
                            && status.progress == "\(25 * epoch)%"
                    }
                }
                logs.say("loss=nan", at: cluster.clock.now)
                let job = try await Self.finished(cluster, "long")
                #expect(job.status.metrics == ["epoch": 3, "progress": 75])
            }
        }
        let asked = logs.asked
        // From the second answer that told something on, only what is new is asked for.
        let begin = try #require(asked.firstIndex { $0.sinceTime != nil })
        #expect(asked[begin...].allSatisfy { $0.sinceTime != nil })
        // A job costs a call in ten seconds at the most, and one at its end.
        #expect(asked.count <= 30)
    }

    /// A kubelet that does not answer holds a job's end up for seconds, not for ever.
    @Test func aLogThatCannotBeReadHoldsNothingUp() async throws {
        let logs = Logs()
        logs.breakDown()
        let cluster = try await TestCluster()
        cluster.server.podLogs = logs
        try await cluster.run {
            try await cluster.withController {
                try await cluster.client.create(.trainingJob, namespace: "default", Self.job("mute"))
                let job = try await Self.finished(cluster, "mute")
                #expect(job.status.phase == .succeeded)
                #expect(job.status.metrics.isEmpty)
                #expect(job.status.progress == nil)
                try await cluster.released()
            }
        }
    }

    /// A controller that is killed between the leader's end and the last read reads it when it is back.
    @Test func aRestartedControllerReadsTheLastLines() async throws {
        let logs = Logs()
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(20)) }
        cluster.server.podLogs = logs
        try await cluster.run {
            try await cluster.withController {
                try await cluster.client.create(.trainingJob, namespace: "default", Self.job("handed"))
                try await cluster.eventually("it runs") {
                    try await cluster.pods().contains { $0.status.phase == "Running" }
                }
            }
            logs.say("auc=0.93", at: cluster.clock.now)
            try await cluster.eventually("it has ended") {
                try await cluster.pods().contains { $0.status.phase == "Succeeded" }
            }
            try await cluster.withController {
                let job = try await Self.finished(cluster, "handed")
                #expect(job.status.metrics == ["auc": 0.93])
            }
        }
    }

    @Test func gaugesShowWhatUnfinishedJobsTell() async throws {
        let logs = Logs()
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: .seconds(30)) }
        cluster.server.podLogs = logs
        logs.say("loss=0.5", at: cluster.clock.now)
        let registry = MetricRegistry()
        let controller = FairleadController(
            client: cluster.client, configuration: FairleadController.Configuration(planning: cluster.settings),
            registry: registry, logger: Logger(label: "controller") { _ in SwiftLogNoOpLogHandler() },
            clock: cluster.clock)
        let line = "fairlead_training_job_metric{namespace=\"default\",job=\"shown\",metric=\"loss\"} 0.5\n"
        try await cluster.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await controller.run() }
                defer { group.cancelAll() }
                try await cluster.client.create(.trainingJob, namespace: "default", Self.job("shown"))
                try await cluster.eventually("the gauge is there") { registry.text().contains(line) }
                _ = try await Self.finished(cluster, "shown")
                try await cluster.eventually("the gauge is gone") {
                    !registry.text().contains("fairlead_training_job_metric{")
                }
            }
        }
    }
}

import ControllerRuntime
import FairleadAPI
import FairleadControllers
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import Logging
import PrometheusMetrics
import Synchronization
import Testing

/// What triggers cost while nothing is due.
@Suite(.serialized) struct TriggerIdleScenarios {
    private static let count = 10_000

    /// Ten thousand triggers are looked at when they come, each at its time, and never in between.
    @Test func tenThousandTriggersCostNothingWhileNothingIsDue() async throws {
        let cluster = try await TestCluster()
        let registry = MetricRegistry()
        let writes = Mutex(0)
        cluster.faults.decide { request in
            if request.method != .get, request.path.contains("/triggers/") { writes.withLock { $0 += 1 } }
            return nil
        }
        let controller = FairleadController(
            client: Client(transport: cluster.faults), registry: registry,
            logger: Logger(label: "controller") { _ in SwiftLogNoOpLogHandler() }, clock: cluster.clock)
        try await Self.pipeline("churn", cluster, isAwaited: false)
        try await Self.create(cluster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cluster.server.run() }
            group.addTask { try await controller.run() }
            // As fast as the real one: a watch must not grow old while ten thousand objects are on their way.
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(10))
                    cluster.clock.advance(by: .milliseconds(10))
                }
            }
            defer { group.cancelAll() }
            // Each thousand has the time that a condition has: a slow machine is slow ten times.
            for written in stride(from: 1000, through: Self.count, by: 1000) {
                try await cluster.eventually("\(written) triggers were written") { writes.withLock { $0 } >= written }
            }
            try await cluster.eventually("it is quiet") { Self.isQuiet(registry) }
            #expect(writes.withLock { $0 } == Self.count)
            try await cluster.eventually("the own writes were told") {
                let before = Self.reconciles(registry)
                try await Task.sleep(for: .seconds(1))
                return Self.isQuiet(registry) && Self.reconciles(registry) == before
            }
            let reconciles = Self.reconciles(registry)
            // Once for the list and once for the own write.
            #expect(reconciles <= 2 * Self.count)
            for _ in 0..<40 { cluster.clock.advance(by: .seconds(3600)) }
            try await cluster.eventually("the last hours have passed") { Self.isQuiet(registry) }
            // A pipeline that no trigger names is nobody's business.
            try await Self.pipeline("other", cluster)
            #expect(Self.reconciles(registry) == reconciles, "nothing was due, and something was looked at")
            #expect(writes.withLock { $0 } == Self.count)
            // One of them is due, and only that one is written: after weeks at once, watches begin anew and all are
            // looked at.
            let due = Date(timeIntervalSince1970: 1_769_295_600)
            cluster.clock.advance(by: .seconds(due.timeIntervalSince(cluster.clock.now)))
            try await cluster.started("t0", 1)
            try await cluster.eventually("it is quiet again") { Self.isQuiet(registry) }
            #expect(try await cluster.client.list(PipelineRun.self, namespace: "default").items.count == 1)
            #expect(writes.withLock { $0 } < Self.count + 20)
        }
    }

    /// Makes a pipeline, and waits until it was looked at.
    private static func pipeline(_ name: String, _ cluster: TestCluster, isAwaited: Bool = true) async throws {
        try await cluster.create(
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: Pipeline
            metadata: {name: \(name)}
            spec: {tasks: [{name: a, image: alpine, command: [x]}]}
            """)
        guard isAwaited else { return }
        try await cluster.eventually("pipeline \(name) was looked at") {
            let key = ObjectKey(namespace: "default", name: name)
            return try await cluster.client.get(Pipeline.self, key).status.observedGeneration != nil
        }
    }

    private static func create(_ cluster: TestCluster) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for index in stride(from: worker, to: count, by: 8) {
                        let cron = index == 0 ? "0 0 25 1 *" : "\(index % 60) \(index % 24) 1 7 *"
                        let spec: JSONValue = [
                            "schedule": ["cron": .string(cron), "timeZone": "Europe/Amsterdam", "catchUp": "Latest"],
                            "template": ["pipelineRun": ["spec": ["pipeline": "churn"]]],
                        ]
                        try await cluster.client.create(
                            .trigger, namespace: "default",
                            [
                                "apiVersion": "fairlead.dev/v1alpha1", "kind": "Trigger",
                                "metadata": ["name": .string("t\(index)")], "spec": spec,
                            ])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func reconciles(_ registry: MetricRegistry) -> Int {
        registry.text().split(separator: "\n")
            .filter { $0.hasPrefix("controller_runtime_reconcile_total{controller=\"trigger\"") }
            .reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 0) }
    }

    private static func isQuiet(_ registry: MetricRegistry) -> Bool {
        let text = registry.text()
        return ["workqueue_depth{name=\"trigger\"} 0", "controller_runtime_active_workers{controller=\"trigger\"} 0"]
            .allSatisfy { text.contains("\n\($0)\n") }
    }
}

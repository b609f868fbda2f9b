import ClusterTesting
import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadControllers
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import PrometheusMetrics
import Synchronization
import Testing

/// Two controllers, of which one leads.
@Suite(.serialized) struct ElectionScenarios {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Who changed something, in the order in which the server heard of it; events tell, and change nothing.
    private final class Writers: Sendable {
        private let names = Mutex<[String]>([])

        var all: [String] { names.withLock { $0 } }

        func note(_ name: String, _ request: APIRequest) {
            guard request.method != .get, !request.path.contains("/events.k8s.io/") else { return }
            names.withLock { $0.append(name) }
        }
    }

    /// A controller with what it takes to disturb it.
    private struct Candidate {
        let leaseFaults: FaultyTransport
        let elector: LeaderElector
        let controller: FairleadController
        let registry = MetricRegistry()

        init(_ name: String, _ cluster: TestCluster, _ writers: Writers) {
            leaseFaults = FaultyTransport(InProcessTransport(cluster.server))
            // The clock runs a hundred times too fast.
            let timing = LeaseMachine.Timing(
                leaseDuration: .seconds(480), renewDeadline: .seconds(400), retryPeriod: .seconds(10))
            elector = LeaderElector(
                client: Client(transport: leaseFaults), lease: ObjectKey(namespace: "default", name: "fairlead"),
                identity: name, timing: timing, logger: ElectionScenarios.logger, clock: cluster.clock)
            let wire = FaultyTransport(InProcessTransport(cluster.server)) { request in
                writers.note(name, request)
                return nil
            }
            controller = FairleadController(
                client: Client(transport: wire),
                configuration: FairleadController.Configuration(identity: name, planning: cluster.settings),
                elector: elector, registry: registry, logger: ElectionScenarios.logger, clock: cluster.clock)
        }

        /// The sum of a metric's series.
        func sum(_ name: String) -> Double {
            registry.text().split(separator: "\n").filter { $0.hasPrefix(name + "{") }
                .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
        }
    }

    @Test func theOneThatStandsByGoesOnWhereTheLeaderLostItsLease() async throws {
        let cluster = try await TestCluster()
        let writers = Writers()
        let candidates = [Candidate("a", cluster, writers), Candidate("b", cluster, writers)]
        try await cluster.run {
            let running = candidates.map { candidate in
                // Each ends by itself, and how is asked below.
                Task { try await candidate.controller.run() }
            }
            defer { for task in running { task.cancel() } }
            try await cluster.eventually("one leads") { candidates.contains { $0.elector.isLeading } }
            let first = candidates[0].elector.isLeading ? 0 : 1
            try await cluster.create(Manifests.fan("handed", count: 20))
            try await cluster.eventually("it works") { writers.all.count > 10 }
            candidates[first].leaseFaults.decide { _ in .noConnection }
            await #expect(throws: LeadershipLost.self) { try await running[first].value }
            try await cluster.create(Manifests.fan("next", count: 5))
            for name in ["handed", "next"] {
                let run = try await cluster.finished(name)
                #expect(run.status.phase == .succeeded, "\(run.status)")
            }
            try await cluster.released()
            #expect(candidates[1 - first].elector.isLeading)
            // The old leader wrote nothing more once the new one wrote, and both had something to write.
            let names = writers.all
            let (old, new) = (first == 0 ? "a" : "b", first == 0 ? "b" : "a")
            let handOver = try #require(names.firstIndex(of: new))
            #expect(names[..<handOver].allSatisfy { $0 == old })
            #expect(names[handOver...].allSatisfy { $0 == new })
            // Each run and task was counted by the one that saw it end, and none is active any more.
            let total = { @Sendable (name: String) in candidates.map { $0.sum(name) }.reduce(0, +) }
            try await cluster.eventually("the counts") {
                total("fairlead_runs_finished_total") == 2 && total("fairlead_tasks_finished_total") == 27
            }
            #expect(candidates[1 - first].sum("fairlead_runs_active") == 0)
            #expect(candidates[1 - first].sum("fairlead_tasks_active") == 0)
            #expect(candidates[1 - first].sum("leader_election_leader") == 1)
            #expect(candidates[first].sum("leader_election_leader") == 0)
        }
        #expect(cluster.kubelet.ends.allSatisfy { $0.value == 1 })
    }
}

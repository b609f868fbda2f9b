import ClusterTesting
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import Logging
import Synchronization
import Testing

@testable import FairleadCLI

/// Slots of the past, against a cluster whose runs end by the test's own hand.
@Suite("Backfilling")
struct BackfillTests {
    private final class Lines: Sendable {
        private let state = Mutex<[String]>([])

        var all: [String] { state.withLock { $0 } }

        func add(_ line: String) { state.withLock { $0.append(line) } }
    }

    private static let nightly = """
        apiVersion: fairlead.dev/v1alpha1
        kind: Trigger
        metadata: {name: nightly}
        spec:
          schedule: {cron: "0 3 * * *", timeZone: Europe/Amsterdam}
          concurrencyPolicy: Forbid
          template: {pipelineRun: {spec: {pipeline: churn, params: {day: $(trigger.date)}}}}
        """

    private let cluster: Cluster
    private let lines = Lines()

    init() async throws {
        let server = try await LocalAPIServer(
            configuration: LocalAPIServer.Configuration(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let client = Client(transport: InProcessTransport(server))
        for definition in CustomResourceDefinitions.all {
            try await client.create(.customResourceDefinition, namespace: nil, definition.json)
        }
        cluster = Cluster(
            client: client, namespace: "default", namespaceOption: nil,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for object in try ManifestReader.read(Self.nightly) {
            try await client.create(.trigger, namespace: "default", object)
        }
    }

    private func trigger() async throws -> Trigger {
        try await cluster.client.get(Trigger.self, cluster.key("nightly"))
    }

    private func plan(_ from: String, _ to: String, now: String = "2026-06-01T00:00:00Z") async throws -> BackfillPlan {
        try BackfillPlan(try await trigger(), from: from, to: to, now: try #require(Time(now)))
    }

    @Test("takes whole days of the schedule's zone, and nothing that lies ahead")
    func ranges() async throws {
        let spring = try await plan("2026-03-28", "2026-03-30")
        #expect(
            spring.items.map(\.slot.description)
                == ["2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"])
        #expect(
            spring.items.map { $0.object[path: ["spec", "params", "day"]] } == [
                "2026-03-28", "2026-03-29", "2026-03-30",
            ])
        #expect(spring.lines().first == "SLOT                   RUN                 PARAMS")
        #expect(spring.lines().last == "2026-03-30T01:00:00Z   nightly-b29580540   {\"day\":\"2026-03-30\"}")
        let timed = try await plan("2026-03-28T02:00:00Z", "2026-03-29T00:59:59Z")
        #expect(timed.items.count == 1)
        #expect(try await plan("2026-05-30", "2026-12-31").items.count == 2)
    }

    @Test(
        "tells what cannot be run",
        arguments: [
            ("2026-02-30", "2026-03-01", "--from: \"2026-02-30\" is neither a day"),
            ("2026-03-01", "tomorrow", "--to: \"tomorrow\" is neither a day"),
            ("2026-03-02", "2026-03-01", "there is no slot from"),
            ("1900-01-01", "2026-01-01", "more than 10000 slots"),
        ])
    func mistakes(from: String, to: String, message: String) async throws {
        let trigger = try await trigger()
        #expect {
            try BackfillPlan(trigger, from: from, to: to, now: Time(Date()))
        } throws: { error in
            (error as? CommandError)?.message.contains(message) == true
        }
    }

    /// Ends every run as `phase` says, and returns how many were under way at the same time at most.
    private func operate(_ phase: @escaping @Sendable (String) -> String?, until isDone: @Sendable () -> Bool)
        async throws -> Int
    {
        var most = 0
        while !isDone() {
            let runs = try await cluster.client.list(PipelineRun.self, namespace: "default").items
            let open = runs.filter { $0.status.phase == nil }
            most = max(most, open.count)
            for run in open {
                guard let end = phase(run.metadata.name) else { continue }
                try await cluster.client.patchStatus(
                    .pipelineRun, run.metadata, ["phase": .string(end), "message": "as told"], guardsVersion: false)
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        return most
    }

    @Test("runs every slot once, some at a time, and goes on where it was interrupted")
    func resumes() async throws {
        let plan = try await plan("2026-01-01", "2026-01-12")
        let lines = lines
        let backfiller = Backfiller(cluster: cluster, trigger: try await trigger(), parallel: 3) { line in
            lines.add(line)
        }
        // The first time it is interrupted while the seventh goes on.
        let stuck = plan.items[6].name
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await backfiller.run(plan) }
            let most = try await operate({ $0 == stuck ? nil : "Succeeded" }) { lines.all.count >= 9 }
            #expect(most <= 3)
            group.cancelAll()
        }
        let uids = try await uids()
        let isDone = LastValue<Bool>()
        let failures = try await withThrowingTaskGroup(of: [String].self) { group in
            group.addTask {
                defer { isDone.set(true) }
                return try await backfiller.run(plan).map { "\($0.name): \($0.why)" }
            }
            _ = try await operate({ $0 == stuck ? "Failed" : "Succeeded" }) { isDone.value == true }
            return try await group.next() ?? []
        }
        #expect(failures == ["\(stuck): as told"])
        let after = try await self.uids()
        #expect(after.count == 12)
        #expect(after.filter { uids[$0.key] != nil } == uids, "nothing ran twice")
        #expect(lines.all.last?.hasPrefix("12/12  2026-01-") == true)
    }

    private func uids() async throws -> [String: String] {
        let query = ListQuery(labelSelector: "\(FairleadLabel.backfill)=nightly")
        let runs = try await cluster.client.list(PipelineRun.self, namespace: "default", query).items
        #expect(runs.allSatisfy { $0.metadata.controller?.name == "nightly" })
        return Dictionary(runs.map { ($0.metadata.name, $0.metadata.uid) }, uniquingKeysWith: { first, _ in first })
    }
}

import ClusterTesting
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import Synchronization
import Testing

/// What lasts: outages of a minute, watches that never get far, clocks that jump, a leader that is cut off.
@Suite(.serialized) struct StormScenarios {
    /// Runs a pipeline while something goes wrong, and expects that nobody notices afterwards.
    private func expectSuccess(
        _ cluster: TestCluster, _ name: String, during trouble: @Sendable @escaping () async throws -> Void = {}
    ) async throws {
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Manifests.fan(name, count: 10))
                try await trouble()
                let run = try await cluster.finished(name)
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.tasks.allSatisfy { $0.attempts == 1 }, "\(run.status.tasks)")
                try await cluster.released()
            }
        }
        #expect(cluster.kubelet.ends.count == 11)
        #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 }, "\(cluster.kubelet.ends)")
    }

    /// A token that has expired is a minute of 401.
    @Test(arguments: [
        (429, "TooManyRequests"), (500, "InternalError"), (503, "ServiceUnavailable"), (504, "Timeout"),
        (401, "Unauthorized"), (403, "Forbidden"), (410, "Expired"),
    ])
    func theServerAnswersNothingElseForAMinute(status: Int, reason: String) async throws {
        let cluster = try await TestCluster()
        let end = cluster.clock.elapsed + .seconds(60)
        let refused = Atomic(0)
        cluster.faults.decide { _ in
            guard cluster.clock.elapsed < end else { return nil }
            refused.add(1, ordering: .relaxed)
            return .refuse(status: status, reason: reason)
        }
        try await expectSuccess(cluster, "patient")
        let count = refused.load(ordering: .relaxed)
        // It keeps trying, and it never hammers: with every back-off at its least there are some dozens of tries.
        #expect((3...400).contains(count), "\(count) requests in the minute")
    }

    /// Each watch ends some bytes later than the one before, so that every place in its first lines is met.
    @Test(arguments: [1, 7, 61]) func everyWatchIsCut(step: Int) async throws {
        let cluster = try await TestCluster()
        let position = Atomic(0)
        cluster.faults.decide { request in
            guard request.query("watch") == "true" else { return nil }
            let bytes = position.add(step, ordering: .relaxed).newValue
            return bytes.isMultiple(of: 2) ? .cutAfter(bytes: bytes) : .endAfter(bytes: bytes)
        }
        try await expectSuccess(cluster, "cut-\(step)")
    }

    /// No watch can ever be resumed: everything is listed again and again.
    @Test func everyWatchHasExpired() async throws {
        let cluster = try await TestCluster()
        let count = Atomic(0)
        cluster.faults.decide { request in
            guard request.query("watch") == "true" else { return nil }
            // Two of three: one in a while goes through, or nothing would ever be seen but by lists.
            let isThird = count.add(1, ordering: .relaxed).newValue.isMultiple(of: 3)
            return isThird ? .endAfter(bytes: 20_000) : .refuse(status: 410, reason: "Expired")
        }
        try await expectSuccess(cluster, "expired")
    }

    /// The server does what is asked and never says so the first time.
    @Test func theFirstAnswerToEveryWriteIsLost() async throws {
        let cluster = try await TestCluster()
        let seen = Mutex(Set<String>())
        cluster.faults.decide { request in
            guard request.method != .get else { return nil }
            let isFirst = seen.withLock { $0.insert("\(request.method) \(request.path)").inserted }
            return isFirst ? .loseAnswer : nil
        }
        try await expectSuccess(cluster, "unheard")
    }

    /// One kind is seen long after the others: what it says comes too late, and in another order.
    @Test(arguments: ["pods", "pipelineruns"]) func oneKindLagsBehind(kind: String) async throws {
        let cluster = try await TestCluster()
        let isLagging = Mutex(false)
        cluster.faults.decide { request in
            guard request.method == .get, request.path.hasSuffix("/\(kind)") else { return nil }
            return isLagging.withLock { $0 } ? .noConnection : .endAfter(bytes: 4096)
        }
        try await expectSuccess(cluster, "late-\(kind)") {
            for _ in 0..<3 {
                isLagging.withLock { $0 = true }
                let resumed = cluster.clock.elapsed + .seconds(20)
                try await cluster.eventually("some time passes") { cluster.clock.elapsed > resumed }
                isLagging.withLock { $0 = false }
                let next = cluster.clock.elapsed + .seconds(10)
                try await cluster.eventually("it catches up") { cluster.clock.elapsed > next }
            }
        }
    }

    /// A controller that cannot read one kind gives up after two minutes, and the next one finds all as it was.
    @Test func oneKindCannotBeReadForMinutes() async throws {
        let cluster = try await TestCluster()
        let end = cluster.clock.elapsed + .seconds(300)
        cluster.faults.decide { request in
            guard request.method == .get, request.path.hasSuffix("/pods") else { return nil }
            return cluster.clock.elapsed < end ? .noConnection : nil
        }
        try await expectSuccess(cluster, "unread")
    }

    @Test(arguments: [-86_400.0, 86_400.0]) func theTimeOfDayJumps(seconds: Double) async throws {
        let cluster = try await TestCluster()
        try await expectSuccess(cluster, "jump") { cluster.clock.jump(by: seconds) }
    }

    /// A leader that reaches everything but its lease: it writes nothing once another may lead.
    @Test func aLeaderThatLosesItsLeaseWritesNothingMore() async throws {
        let cluster = try await TestCluster()
        let isCutOff = Mutex(false)
        let late = Mutex([String]())
        let logger = Logger(label: "election") { _ in SwiftLogNoOpLogHandler() }
        let lease = ObjectKey(namespace: "default", name: "controller")
        func elector(_ identity: String, _ transport: any Transport) -> LeaderElector {
            LeaderElector(
                client: Client(transport: transport), lease: lease, identity: identity, logger: logger,
                clock: cluster.clock)
        }
        let base = cluster.client.transport
        let election = FaultyTransport(base) { _ in isCutOff.withLock { $0 } ? .noConnection : nil }
        let old = elector("old", election)
        let new = elector("new", base)
        let writes = FaultyTransport(base) { request in
            let isWrite = request.method != .get && !request.path.contains("/events")
            if isWrite, new.isLeading { late.withLock { $0.append("\(request.method) \(request.path)") } }
            return nil
        }
        try await cluster.run {
            try await cluster.withController(transport: writes, elector: old) {
                try await cluster.eventually("the old one leads") { old.isLeading }
                try await cluster.withController(transport: base, elector: new) {
                    try await cluster.create(Manifests.fan("contested", count: 40))
                    try await cluster.eventually("it works") {
                        try await cluster.pipelineRun("contested").status.phase == .running
                    }
                    isCutOff.withLock { $0 = true }
                    try await cluster.eventually("the new one leads") { new.isLeading }
                    #expect(!old.isLeading)
                    let run = try await cluster.finished("contested")
                    #expect(run.status.phase == .succeeded, "\(run.status)")
                    try await cluster.released()
                }
            }
        }
        #expect(late.withLock { $0 } == [])
        #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 }, "\(cluster.kubelet.ends)")
    }
}

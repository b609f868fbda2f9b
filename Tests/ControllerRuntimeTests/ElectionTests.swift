import ControllerMachines
import ControllerRuntime
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import ServiceLifecycle
import Testing

/// What leading means for everything else.
@Suite struct ElectionTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let lease = ObjectKey(namespace: "ns", name: "l")
    private let key = ObjectKey(namespace: "ns", name: "a")

    private func elector(_ identity: String, _ transport: any Transport, _ clock: any RuntimeClock) -> LeaderElector {
        LeaderElector(
            client: Client(transport: transport), lease: lease, identity: identity, logger: logger, clock: clock,
            random: { 0.5 })
    }

    @Test func timesThatKeepNoLeaseAreRefused() async throws {
        let timing = LeaseMachine.Timing(leaseDuration: .seconds(5), renewDeadline: .seconds(5))
        let elector = LeaderElector(
            client: Client(transport: SilentTransport()), lease: lease, identity: "me", timing: timing, logger: logger)
        let error = await #expect(throws: LeaderElector.InvalidTiming.self) { try await elector.run() }
        #expect("\(try #require(error))".contains("cannot be kept"))
    }

    /// A busy pool costs an election that runs on it the lease, and one with a thread of its own nothing.
    @Test func aBusyPoolDoesNotCostTheLease() async throws {
        let server = MiniServer()
        let timing = LeaseMachine.Timing(
            leaseDuration: .seconds(5), renewDeadline: .seconds(3), retryPeriod: .milliseconds(100))
        func elector(_ name: String, thread: DedicatedThread?) -> LeaderElector {
            LeaderElector(
                client: Client(transport: server), lease: ObjectKey(namespace: "ns", name: name), identity: "me",
                timing: timing, logger: logger, thread: thread)
        }
        let safe = elector("safe", thread: DedicatedThread())
        let exposed = elector("exposed", thread: nil)
        let safely = Task { try await safe.run() }
        let exposedly = Task { try await exposed.run() }
        try await safe.acquired.wait()
        try await exposed.acquired.wait()
        let renewals: @Sendable () -> Int = {
            server.requests.count { $0.method == .patch && $0.path.hasSuffix("/safe") }
        }
        let before = renewals()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<(ProcessInfo.processInfo.activeProcessorCount * 2) {
                group.addTask {
                    // On purpose: a planner that blocks its thread until the lease was renewed for longer than it lasts.
                    let end = Date(timeIntervalSinceNow: 20)
                    let shortest = Date(timeIntervalSinceNow: 3.5)
                    while Date() < end, Date() < shortest || renewals() < before + 10 { usleep(1000) }
                }
            }
        }
        #expect(renewals() >= before + 10)
        #expect(safe.isLeading)
        await #expect(throws: LeadershipLost.self) { try await exposedly.value }
        safely.cancel()
        _ = await safely.result
    }

    @Test func aStandbyTakesOverAsSoonAsTheLeaseIsGivenBack() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let first = elector("first", server, clock)
        let second = elector("second", server, clock)
        let group = ServiceGroup(configuration: .init(services: [first], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await first.acquired.wait()
            tasks.addTask { try? await second.run() }
            try await eventually("half a minute", doing: { clock.advance(by: .milliseconds(250)) }) {
                clock.elapsed > .seconds(30)
            }
            #expect(!second.isLeading)
            let stop = clock.elapsed
            await group.triggerGracefulShutdown()
            try await eventually("the return") { !first.isLeading }
            try await eventually("the second", doing: { clock.advance(by: .milliseconds(250)) }) { second.isLeading }
            // Its next look, not the fifteen seconds of a lease that nobody gave back.
            #expect(clock.elapsed - stop < .seconds(6))
            tasks.cancelAll()
        }
    }

    /// A leader that can reach everything but the lease, with a controller that always has something to write.
    @Test func nothingIsWrittenAfterTheLeaseIsLost() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let leaseFaults = FaultyTransport(server)
        let elector = elector("me", leaseFaults, clock)
        server.put(TestObject("a"))
        // Told of every write that reaches the server, and when.
        let writes = Record<Duration>()
        let wire = FaultyTransport(server) { request in
            if request.method == .patch { writes.append(clock.elapsed) }
            return nil
        }
        let client = Client(transport: LeaderGate(wire) { elector.isLeading })
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let refusals = Record<Duration>()
        let controller = Controller(
            name: "c", TestObject.type, concurrency: 2, queue: queue,
            reconcile: { key in
                do {
                    try await client.patch(TestObject.type, ObjectKey(namespace: "default", name: "a"), ["value": 1])
                } catch {
                    refusals.append(clock.elapsed)
                    // Work that does not even look at its cancellation.
                }
                return .after(.milliseconds(200))
            }, logger: logger, clock: clock)
        for index in 0..<4 { queue.add(ObjectKey(namespace: "ns", name: "k\(index)")) }
        let leading = Task { try await elector.run() }
        try await elector.acquired.wait()
        let working = Task { await controller.run() }
        try await eventually("writes", doing: { clock.advance(by: .milliseconds(250)) }) {
            elector.isLeading && writes.count > 20
        }
        leaseFaults.decide { _ in .noConnection }
        try await eventually("refusals", doing: { clock.advance(by: .milliseconds(250)) }) { refusals.count > 20 }
        #expect(!elector.isLeading)
        await #expect(throws: LeadershipLost.self) { try await leading.value }
        // The gate closes before the first refusal, and no write comes after it.
        let last = try #require(writes.all.max())
        #expect(last <= refusals.all.min() ?? .zero)
        try await eventually("more refusals", doing: { clock.advance(by: .milliseconds(250)) }) {
            refusals.count > 60
        }
        #expect(writes.all.max() == last)
        working.cancel()
        await working.value
    }

    @Test func readsPassTheGateAndChangesDoNot() async throws {
        let server = MiniServer()
        server.put(TestObject("a"))
        let client = Client(transport: LeaderGate(server) { false })
        let key = ObjectKey(namespace: "default", name: "a")
        #expect(try await client.get(TestObject.self, key).metadata.name == "a")
        await #expect(throws: TransportError.self) { try await client.patch(TestObject.type, key, ["value": 1]) }
        await #expect(throws: TransportError.self) { try await client.delete(TestObject.type, key) }
        await #expect(throws: TransportError.self) {
            try await client.create(TestObject.type, namespace: "default", ["metadata": ["name": "b"]])
        }
        #expect(server.requests.allSatisfy { $0.method == .get })
    }

    @Test func aClockThatIsSetMakesNoDifference() async throws {
        let server = MiniServer()
        let clock = JumpingClock()
        let elector = elector("me", server, clock)
        let other = self.elector("other", server, clock)
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let attempts = Record<Duration>()
        let controller = Controller(
            name: "c", TestObject.type, queue: queue,
            reconcile: { _ in
                attempts.append(clock.elapsed)
                return .after(.seconds(20))
            }, logger: logger, clock: clock)
        queue.add(key)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await elector.run() }
            tasks.addTask { await controller.run() }
            try await elector.acquired.wait()
            tasks.addTask { try? await other.run() }
            try await eventually("a minute", doing: { clock.base.advance(by: .milliseconds(250)) }) {
                #expect(elector.isLeading)
                #expect(!other.isLeading)
                return clock.elapsed > .seconds(61)
            }
            tasks.cancelAll()
        }
        // Each wake is at most one step of the clock late.
        let gaps = zip(attempts.all.dropFirst(), attempts.all).map { $0 - $1 }
        #expect(gaps.count >= 2)
        #expect(gaps.allSatisfy { $0 >= .seconds(20) && $0 < .seconds(22) })
    }
}

/// A clock of which somebody sets the hands to any time whenever it is looked at.
private final class JumpingClock: RuntimeClock {
    let base = ManualClock()

    var now: Date {
        base.now.addingTimeInterval(Int(base.elapsed / .seconds(1)).isMultiple(of: 2) ? 86_400 : -86_400)
    }

    var elapsed: Duration { base.elapsed }

    func sleep(for duration: Duration) async throws { try await base.sleep(for: duration) }

    func sleep(until moment: Duration) async throws { try await base.sleep(until: moment) }
}

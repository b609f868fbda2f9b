import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import ServiceLifecycle
import Testing

@Suite struct LeaderElectorTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let lease = ObjectKey(namespace: "ns", name: "l")

    private func elector(_ identity: String, _ transport: any Transport, _ clock: ManualClock) -> LeaderElector {
        LeaderElector(
            client: Client(transport: transport), lease: lease, identity: identity, logger: logger, clock: clock,
            random: { 0.5 })
    }

    /// Turns the clock a little at a time, as fast as the electors follow.
    private func pass(_ clock: ManualClock) { clock.advance(by: .milliseconds(100)) }

    @Test func renewsAndALaterOneWaitsUntilTheLeaseRunsOut() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let first = elector("first", server, clock)
        let second = elector("second", server, clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let leading = Task { try await first.run() }
            try await eventually("the first") { first.isLeading }
            group.addTask { try await second.run() }
            try await eventually("half a minute", doing: { pass(clock) }) {
                #expect(!second.isLeading)
                return clock.elapsed > .seconds(30)
            }
            #expect(first.isLeading)
            // A crash: nothing is given back.
            leading.cancel()
            _ = await leading.result
            let crash = clock.elapsed
            try await eventually("the second", doing: { pass(clock) }) { second.isLeading }
            #expect(clock.elapsed - crash > .seconds(10))
            #expect(!first.isLeading)
            group.cancelAll()
        }
        let record = server.objects(under: "/apis/coordination.k8s.io/v1/namespaces/ns/leases").values.first
        #expect(record?["spec"]?["holderIdentity"] == "second")
        #expect(record?["spec"]?["leaseTransitions"] == 1)
    }

    @Test func whoCannotRenewThrowsInTime() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let transport = FaultyTransport(server)
        let elector = elector("me", transport, clock)
        let running = Task { try await elector.run() }
        try await eventually("the lease") { elector.isLeading }
        transport.decide { _ in .noConnection }
        try await eventually("the loss", doing: { pass(clock) }) { !elector.isLeading }
        #expect(clock.elapsed <= .seconds(11))
        await #expect(throws: LeadershipLost.self) { try await running.value }
    }

    @Test func whoHearsNothingThrowsInTime() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let switching = SwitchingTransport(server)
        let elector = elector("me", switching, clock)
        let running = Task { try await elector.run() }
        try await eventually("the lease") { elector.isLeading }
        switching.isSilent.set()
        let ended = Ended()
        let observer = Task {
            _ = await running.result
            ended.set()
        }
        try await eventually("the loss", doing: { pass(clock) }) { ended.isSet }
        await observer.value
        await #expect(throws: LeadershipLost.self) { try await running.value }
    }

    @Test func aGracefulShutdownGivesTheLeaseBack() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let first = elector("first", server, clock)
        let group = ServiceGroup(configuration: .init(services: [first], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await first.acquired.wait()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(!first.isLeading)
        let second = elector("second", server, clock)
        let running = Task { try await second.run() }
        try await eventually("the second, at once") { second.isLeading }
        #expect(clock.elapsed == .zero)
        running.cancel()
        _ = await running.result
    }
}

/// A transport that falls silent when it is told to.
private final class SwitchingTransport: Transport {
    let isSilent = Ended()
    private let base: any Transport

    init(_ base: any Transport) { self.base = base }

    func send(_ request: APIRequest) async throws -> APIResponse {
        isSilent.isSet ? try await SilentTransport().send(request) : try await base.send(request)
    }

    func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result { try await base.stream(request, body) }
}

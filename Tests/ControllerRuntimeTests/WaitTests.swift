import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import Testing

/// Every wait of the runtime ends when its task is cancelled.
@Suite struct WaitTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func aGate() async throws {
        let gate = Readiness()
        try await expectEndsWhenCancelled("Readiness.wait") { try await gate.wait() }
        gate.open()
        try await gate.wait()
    }

    @Test func clocks() async throws {
        try await expectEndsWhenCancelled("SystemClock") { try await SystemClock().sleep(for: .seconds(3600)) }
        let clock = ManualClock()
        try await expectEndsWhenCancelled("ManualClock", isWaiting: { clock.sleeperCount == 1 }) {
            try await clock.sleep(for: .seconds(3600))
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test func aManualClockWakesWhoIsDue() async throws {
        let clock = ManualClock()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await clock.sleep(for: .seconds(5)) }
            try await eventually("the sleeper") { clock.sleeperCount == 1 }
            clock.advance(by: .seconds(4))
            #expect(clock.sleeperCount == 1)
            clock.advance(by: .seconds(1))
            try await group.waitForAll()
        }
        try await clock.sleep(for: .zero)
    }

    @Test func aQueue() async throws {
        let queue = WorkQueue<String>()
        try await expectEndsWhenCancelled("WorkQueue.next") { _ = await queue.next() }
        try await expectEndsWhenCancelled("WorkQueue.run, idle") { await queue.run() }
        queue.add("later", after: .seconds(3600))
        try await expectEndsWhenCancelled("WorkQueue.run, waiting") { await queue.run() }
    }

    @Test func aStore() async throws {
        let store = Store<TestObject>()
        try await expectEndsWhenCancelled("Store.waitUntilSynced") { try await store.waitUntilSynced() }
    }

    @Test func aReflector() async throws {
        let clock = ManualClock()
        let silent = Reflector(
            Store<TestObject>(), client: Client(transport: SilentTransport()), logger: logger, clock: clock)
        try await expectEndsWhenCancelled("Reflector, listing") { try await silent.run() }
        let server = MiniServer()
        let watching = Reflector(Store<TestObject>(), client: Client(transport: server), logger: logger, clock: clock)
        try await expectEndsWhenCancelled("Reflector, watching", isWaiting: { server.watcherCount == 1 }) {
            try await watching.run()
        }
        let refusing = FaultyTransport(server) { _ in .refuse(status: 403, reason: "Forbidden") }
        let waiting = Reflector(
            Store<TestObject>(), client: Client(transport: refusing), logger: logger, clock: clock)
        try await expectEndsWhenCancelled("Reflector, waiting", isWaiting: { clock.sleeperCount == 1 }) {
            try await waiting.run()
        }
    }

    @Test func aController() async throws {
        let queue = WorkQueue<ObjectKey>()
        let idle = Controller(
            name: "idle", TestObject.type, queue: queue, reconcile: { _ in .onChange }, logger: logger)
        try await expectEndsWhenCancelled("Controller, idle") { await idle.run() }
        queue.add(ObjectKey(namespace: nil, name: "a"))
        let busy = Controller(
            name: "busy", TestObject.type, queue: queue,
            reconcile: { _ in
                try await Task.sleep(for: .seconds(3600))
                return .onChange
            }, logger: logger)
        try await expectEndsWhenCancelled("Controller, busy") { await busy.run() }
    }

    @Test func anEventRecorder() async throws {
        let recorder = EventRecorder(
            client: Client(transport: SilentTransport()), controller: "c", instance: "i", logger: logger)
        try await expectEndsWhenCancelled("EventRecorder, idle") { await recorder.run() }
        recorder.record(EventNote(reason: "R", action: "A", note: "n", regarding: ObjectReference(name: "x")))
        try await expectEndsWhenCancelled("EventRecorder, writing") { await recorder.run() }
    }

    @Test func anElector() async throws {
        let lease = ObjectKey(namespace: "ns", name: "l")
        let clock = ManualClock()
        let silent = LeaderElector(
            client: Client(transport: SilentTransport()), lease: lease, identity: "me", logger: logger, clock: clock)
        try await expectEndsWhenCancelled("LeaderElector, asking") { try await silent.run() }
        let leading = LeaderElector(
            client: Client(transport: MiniServer()), lease: lease, identity: "me", logger: logger, clock: clock)
        try await expectEndsWhenCancelled("LeaderElector, leading", isWaiting: { leading.isLeading }) {
            try await leading.run()
        }
    }

    @Test func aGroup() async throws {
        let gate = Readiness()
        let queue = WorkQueue<ObjectKey>()
        let logger = logger
        try await expectEndsWhenCancelled("RuntimeGroup") {
            let controller = Controller(
                name: "c", TestObject.type, queue: queue, reconcile: { _ in .onChange }, logger: logger)
            try await RuntimeGroup(
                [.init("first", controller) { try await gate.wait() }, .init("second", controller)], logger: logger
            ).run()
        }
    }
}

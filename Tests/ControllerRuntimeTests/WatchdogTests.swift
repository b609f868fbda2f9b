import ControllerMachines
import ControllerRuntime
import Dispatch
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import Testing

/// Liveness sees loops that do not turn any more, and nothing else.
@Suite struct WatchdogTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs tasks until it is told to halt.
    private final class HaltingExecutor: TaskExecutor {
        private let queue = DispatchQueue(label: "halting")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            let executor = asUnownedTaskExecutor()
            queue.async { job.runSynchronously(on: executor) }
        }

        func halt() { queue.suspend() }

        func goOn() { queue.resume() }
    }

    @Test func anElectionThatHangsIsNotLive() async throws {
        let (clock, executor) = (ManualClock(), HaltingExecutor())
        let transport = FaultyTransport(MiniServer())
        let elector = LeaderElector(
            client: Client(transport: transport), lease: ObjectKey(namespace: "ns", name: "l"), identity: "me",
            logger: logger, clock: clock)
        var probe = HealthProbe()
        probe.add(elector)
        #expect(probe.state.isHealthy, "it does not run yet")
        let running = Task(executorPreference: executor) { try await elector.run() }
        try await elector.acquired.wait()
        #expect(probe.state.isHealthy)
        executor.halt()
        clock.advance(by: .seconds(29))
        #expect(probe.state.isHealthy, "long enough to lose the lease, not yet to be given up")
        clock.advance(by: .seconds(2))
        #expect(probe.state.text == "[-]election failed: the election has not moved for 31.0 seconds\n")
        executor.goOn()
        await #expect(throws: LeadershipLost.self) { try await running.value }
        #expect(probe.state.isHealthy)
    }

    @Test func aServerThatCannotBeReachedIsNoReasonToStartAgain() async throws {
        let clock = ManualClock()
        let transport = FaultyTransport(MiniServer()) { _ in .noConnection }
        let elector = LeaderElector(
            client: Client(transport: transport), lease: ObjectKey(namespace: "ns", name: "l"), identity: "me",
            logger: logger, clock: clock)
        let running = Task { try await elector.run() }
        try await eventually("ten minutes", doing: { clock.advanceToNextWake() }) {
            #expect(elector.failure == nil)
            return clock.elapsed > .seconds(600)
        }
        running.cancel()
        _ = await running.result
    }

    @Test func aQueueWhoseTimerHangsIsNotLive() async throws {
        let (clock, executor) = (ManualClock(), HaltingExecutor())
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let controller = Controller(
            name: "c", TestObject.type, queue: queue, reconcile: { _ in .onChange }, logger: logger, clock: clock)
        var probe = HealthProbe()
        probe.add(controller)
        queue.add(ObjectKey(namespace: nil, name: "a"), after: .seconds(5))
        clock.advance(by: .seconds(600))
        #expect(probe.state.isHealthy, "a replica that stands by works on nothing")
        let running = Task(executorPreference: executor) { await controller.run() }
        try await eventually("the key") { queue.depth == (0, 0, 0) }
        queue.add(ObjectKey(namespace: nil, name: "a"), after: .seconds(5))
        try await eventually("the timer") { clock.nextWake == .seconds(605) }
        executor.halt()
        clock.advance(by: .seconds(65))
        #expect(probe.state.isHealthy)
        clock.advance(by: .seconds(1))
        #expect(probe.state.text == "[-]controller c failed: a key that is due waits for 61.0 seconds\n")
        executor.goOn()
        try await eventually("it goes on") { probe.state.isHealthy && queue.depth == (0, 0, 0) }
        running.cancel()
        await running.value
    }
}

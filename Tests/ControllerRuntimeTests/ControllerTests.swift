import ControllerMachines
import ControllerRuntime
import KubernetesCore
import KubernetesTesting
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct ControllerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let key = ObjectKey(namespace: "ns", name: "a")

    private struct Failure: Error {}

    private func run(_ controller: Controller, body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    @Test func failuresComeAgainAfterTheirDelayAndTerminalOnesDoNot() async throws {
        let clock = ManualClock()
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let attempts = Record<Duration>()
        let controller = Controller(
            name: "c", TestObject.type, queue: queue,
            reconcile: { _ in
                attempts.append(clock.elapsed)
                if attempts.count < 4 { throw Failure() }
                throw TerminalError("never")
            }, logger: logger, clock: clock)
        queue.add(key)
        try await run(controller) {
            try await eventually("four attempts", doing: { clock.advanceToNextWake() }) { attempts.count == 4 }
            #expect(attempts.all == [.zero, .milliseconds(5), .milliseconds(15), .milliseconds(35)])
            try await eventually("the end") { queue.depth == (0, 0, 0) }
            clock.advance(by: .seconds(3600))
            queue.add(key)
            try await eventually("the next change") { attempts.count == 5 }
        }
    }

    @Test func comesAgainWhenItAskedTo() async throws {
        let clock = ManualClock()
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let attempts = Record<Duration>()
        let controller = Controller(
            name: "c", TestObject.type, queue: queue,
            reconcile: { _ in
                attempts.append(clock.elapsed)
                return .after(.seconds(60))
            }, logger: logger, clock: clock)
        queue.add(key)
        try await run(controller) {
            try await eventually("the first") { clock.nextWake == .seconds(60) }
            // An earlier wish wakes the timer, which sleeps for the later one.
            queue.add(key, after: .seconds(10))
            try await eventually("the earlier wake") { clock.nextWake == .seconds(10) }
            clock.advance(by: .seconds(10))
            try await eventually("the second") { attempts.all == [.zero, .seconds(10)] }
            try await eventually("the next wake") { clock.nextWake == .seconds(70) }
        }
    }

    @Test func aKeyHasOneWorkerAtATimeAndNoChangeIsLost() async throws {
        struct Counts: Sendable {
            var wanted: [ObjectKey: Int] = [:]
            var seen: [ObjectKey: Int] = [:]
            var running: Set<ObjectKey> = []
            var most = 0
            var clashes = 0
        }
        final class Shared: Sendable { let counts = Mutex(Counts()) }
        let shared = Shared()
        let queue = WorkQueue<ObjectKey>()
        let controller = Controller(
            name: "c", TestObject.type, concurrency: 8, queue: queue,
            reconcile: { key in
                let wanted = shared.counts.withLock { counts in
                    if !counts.running.insert(key).inserted { counts.clashes += 1 }
                    counts.most = max(counts.most, counts.running.count)
                    return counts.wanted[key] ?? 0
                }
                for _ in 0..<20 { await Task.yield() }
                shared.counts.withLock { counts in
                    counts.seen[key] = wanted
                    counts.running.remove(key)
                }
                return .onChange
            }, logger: logger)
        try await run(controller) {
            for round in 1...300 {
                let key = ObjectKey(namespace: nil, name: "k\(round % 5)")
                shared.counts.withLock { $0.wanted[key] = round }
                queue.add(key)
                if round % 7 == 0 { await Task.yield() }
            }
            try await eventually("the last change of each") {
                shared.counts.withLock { $0.seen == $0.wanted && $0.running.isEmpty }
            }
        }
        shared.counts.withLock { counts in
            #expect(counts.clashes == 0)
            #expect(counts.most > 1)
        }
    }

    @Test func aGracefulShutdownWaitsForWhatRunsAndBeginsNothing() async throws {
        let clock = ManualClock()
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let gate = Readiness()
        let record = Record<String>()
        let controller = Controller(
            name: "c", TestObject.type, concurrency: 1, queue: queue,
            reconcile: { key in
                record.append("begin \(key.name)")
                try await gate.wait()
                record.append("end \(key.name)")
                return .onChange
            }, logger: logger, clock: clock)
        let group = ServiceGroup(configuration: .init(services: [controller], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            queue.add(key)
            try await eventually("the reconcile") { record.count == 1 }
            queue.add(ObjectKey(namespace: nil, name: "b"))
            await group.triggerGracefulShutdown()
            try await eventually("the grace period") { clock.nextWake == .seconds(30) }
            gate.open()
            try await tasks.waitForAll()
        }
        #expect(record.all == ["begin a", "end a"])
    }

    @Test func whatDoesNotEndInTimeIsCancelled() async throws {
        let clock = ManualClock()
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let record = Record<String>()
        let controller = Controller(
            name: "c", TestObject.type, queue: queue,
            reconcile: { _ in
                record.append("begin")
                do {
                    try await Readiness().wait()
                } catch {
                    record.append("cancelled")
                }
                return .onChange
            }, logger: logger, clock: clock)
        let group = ServiceGroup(configuration: .init(services: [controller], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            queue.add(key)
            try await eventually("the reconcile") { record.count == 1 }
            await group.triggerGracefulShutdown()
            try await eventually("the grace period") { clock.nextWake == .seconds(30) }
            #expect(record.all == ["begin"])
            clock.advance(by: .seconds(30))
            try await tasks.waitForAll()
        }
        #expect(record.all == ["begin", "cancelled"])
    }

    @Test func aFailureIsOneRecordWithTheObjectsKey() async throws {
        let clock = ManualClock()
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let log = Record<String>()
        let controller = Controller(
            name: "c", TestObject.type, uid: { _ in "u1" }, queue: queue, reconcile: { _ in throw Failure() },
            logger: Logger(label: "test") { _ in RecordingLogHandler(log) }, clock: clock)
        queue.add(key)
        try await run(controller) { try await eventually("the record") { log.count == 1 } }
        #expect(
            log.all == [
                "warning reconcile failed controller=c error=Failure() failures=1 kind=Thing name=a namespace=ns uid=u1"
            ])
    }
}

/// Keeps messages and metadata as text.
private struct RecordingLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    private let log: Record<String>

    init(_ log: Record<String>) { self.log = log }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        log.append("\(event.level) \(event.message)\(details)")
    }
}

import ControllerRuntime
import KubernetesTesting
import Logging
import ServiceLifecycle
import Testing

@Suite struct RuntimeGroupTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct Part: Service {
        let name: String
        let record: Record<String>

        func run() async throws {
            record.append("start \(name)")
            try await gracefulShutdown()
            record.append("stop \(name)")
        }
    }

    @Test func startsInOrderOfReadinessAndStopsInReverse() async throws {
        let record = Record<String>()
        let gate = Readiness()
        let runtime = RuntimeGroup(
            [
                .init("caches", Part(name: "caches", record: record), limit: .seconds(120)) { try await gate.wait() },
                .init("elector", Part(name: "elector", record: record)),
                .init("controllers", Part(name: "controllers", record: record)),
            ], logger: logger)
        let group = ServiceGroup(configuration: .init(services: [runtime], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the first") { record.count == 1 }
            #expect(!runtime.started.isOpen)
            gate.open()
            try await runtime.started.wait()
            try await eventually("all") { record.count == 3 }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(
            record.all == [
                "start caches", "start elector", "start controllers", "stop controllers", "stop elector", "stop caches",
            ])
    }

    @Test func whatRunsTogetherStartsAndStopsTogether() async throws {
        let record = Record<String>()
        let (first, second) = (Readiness(), Readiness())
        let runtime = RuntimeGroup(
            [
                .together(
                    "caches",
                    [
                        .init("a", Part(name: "a", record: record)) { try await first.wait() },
                        .init("b", Part(name: "b", record: record)) { try await second.wait() },
                    ]),
                .init("controllers", Part(name: "controllers", record: record)),
            ], logger: logger)
        let group = ServiceGroup(configuration: .init(services: [runtime], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("both") { record.count == 2 }
            second.open()
            #expect(!runtime.started.isOpen)
            first.open()
            try await runtime.started.wait()
            try await eventually("all") { record.count == 3 }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(record.all.dropFirst(3).first == "stop controllers")
        #expect(Set(record.all.suffix(2)) == ["stop a", "stop b"])
    }

    @Test func oneThatEndsEndsThoseThatRunWithItAndTheGroup() async throws {
        struct Ending: Service {
            func run() async throws {}
        }
        let record = Record<String>()
        let runtime = RuntimeGroup(
            [.together("both", [.init("a", Part(name: "a", record: record)), .init("b", Ending())])], logger: logger)
        await #expect(throws: (any Error).self) { try await runtime.run() }
    }

    @Test func aShutdownBeforeReadinessEndsAll() async throws {
        let record = Record<String>()
        let runtime = RuntimeGroup(
            [
                .init("caches", Part(name: "caches", record: record)) { try await Readiness().wait() },
                .init("controllers", Part(name: "controllers", record: record)),
            ], logger: logger)
        let group = ServiceGroup(configuration: .init(services: [runtime], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the first") { record.count == 1 }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(record.all == ["start caches", "stop caches"])
    }

    @Test func whatIsNotReadyInTimeEndsAll() async throws {
        let clock = ManualClock()
        let runtime = RuntimeGroup(
            [
                .init("caches", Part(name: "caches", record: Record()), limit: .seconds(120)) {
                    try await Readiness().wait()
                },
                .init("controllers", Part(name: "controllers", record: Record())),
            ], logger: logger, clock: clock)
        let running = Task { try await runtime.run() }
        try await eventually("the limit") { clock.nextWake == .seconds(120) }
        clock.advance(by: .seconds(120))
        await #expect(throws: RuntimeGroup.NotReady.self) { try await running.value }
    }

    @Test func probesTellWhatIsWrong() {
        let gate = Readiness()
        var probe = HealthProbe()
        probe.add("lease") { nil }
        probe.add("caches", gate)
        #expect(probe.state.text == "[+]lease ok\n[-]caches failed: not ready yet\n")
        gate.open()
        #expect(probe.state.isHealthy)
    }
}

import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import ServiceLifecycle
import Testing

@Suite struct EventRecorderTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let events = "/apis/events.k8s.io/v1/namespaces/ns/events"

    private func note(_ name: String = "a") -> EventNote {
        EventNote(
            reason: "Started", action: "Start", note: "started",
            regarding: ObjectReference(apiVersion: "v1", kind: "Pod", namespace: "ns", name: name, uid: "u"))
    }

    private func recorder(_ transport: any Transport, _ clock: ManualClock) -> EventRecorder {
        EventRecorder(
            client: Client(transport: transport), controller: "c", instance: "i", logger: logger, clock: clock)
    }

    @Test func writesAnEventThenItsSeriesAndMakesItAnewWhereItIsGone() async throws {
        let server = MiniServer()
        let recorder = recorder(server, ManualClock())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await recorder.run() }
            defer { group.cancelAll() }
            recorder.record(note())
            recorder.record(note())
            try await eventually("the series") {
                server.objects(under: events).values.first?["series"]?["count"] == 2
            }
            recorder.record(note("b"))
            try await eventually("the second") { server.objects(under: events).count == 2 }
            for path in server.objects(under: events).keys where path.contains("/b.") { server.remove(path) }
            recorder.record(note("b"))
            try await eventually("the event again") { server.objects(under: events).count == 2 }
        }
    }

    @Test func triesAgainAndTakesALostAnswerForDone() async throws {
        let server = MiniServer()
        let clock = ManualClock()
        let tries = Record<Int>()
        let transport = FaultyTransport(server) { _ in
            tries.append(0)
            return [.refuse(status: 503, reason: "Unavailable"), .loseAnswer, nil][min(tries.count - 1, 2)]
        }
        let recorder = recorder(transport, clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await recorder.run() }
            defer { group.cancelAll() }
            recorder.record(note())
            try await eventually("three tries", doing: { clock.advanceToNextWake() }) { tries.count >= 3 }
            #expect(server.objects(under: events).count == 1)
        }
    }

    @Test func dropsTheOldestAndWritesTheRestAtTheEnd() async throws {
        let server = MiniServer()
        let recorder = recorder(server, ManualClock())
        for index in 0..<(EventRecorder.capacity + 10) { recorder.record(note("p\(index)")) }
        #expect(recorder.dropped == 10)
        #expect(recorder.backlog == EventRecorder.capacity)
        let group = ServiceGroup(configuration: .init(services: [recorder], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        let paths = server.objects(under: events).keys
        #expect(paths.count == EventRecorder.capacity)
        #expect(!paths.contains { $0.contains("/p9.") })
    }
}

import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import PrometheusMetrics
import Synchronization
import Testing

@Suite struct RuntimeMetricsTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// What is still to be answered.
    private final class Left: Sendable {
        let results: Mutex<[Result<Requeue, any Error>]>

        init(_ results: [Result<Requeue, any Error>]) { self.results = Mutex(results) }
    }

    /// The lines of a metric, without its name.
    private func lines(_ registry: MetricRegistry, _ name: String) -> [String] {
        registry.text().split(separator: "\n").filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }
            .map { String($0.dropFirst(name.count)) }
    }

    @Test func aControllerTellsOfItsQueueAndItsReconciles() async throws {
        let registry = MetricRegistry()
        let metrics = RuntimeMetrics(registry)
        let clock = ManualClock()
        let queue = WorkQueue<ObjectKey>(clock: clock)
        let left = Left([
            .failure(APIError(Status(code: 409, reason: "Conflict", message: "c"))),
            .failure(TransportError(.timeout, "t")),
            .failure(TerminalError("no")), .success(.after(.seconds(60))), .success(.onChange),
        ])
        let controller = Controller(
            name: "c", TestObject.type, concurrency: 3, queue: queue,
            reconcile: { _ in
                clock.advance(by: .milliseconds(30))
                return try left.results.withLock { $0.removeFirst() }.get()
            }, logger: quiet, clock: clock, metrics: metrics)
        let key = ObjectKey(namespace: nil, name: "a")
        queue.add(key)
        clock.advance(by: .seconds(2))
        #expect(lines(registry, "workqueue_depth") == ["{name=\"c\"} 1"])
        #expect(lines(registry, "workqueue_oldest_age_seconds") == ["{name=\"c\"} 2"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            defer { group.cancelAll() }
            // The terminal failure waits for a change.
            try await eventually("three", doing: { clock.advance(by: .milliseconds(1)) }) {
                left.results.withLock { $0.count } == 2 && queue.depth == (0, 0, 0)
            }
            queue.add(key)
            try await eventually("all", doing: { clock.advance(by: .seconds(1)) }) {
                left.results.withLock { $0.isEmpty } && queue.depth == (0, 0, 0)
            }
        }
        #expect(
            lines(registry, "controller_runtime_reconcile_total") == [
                "{controller=\"c\",result=\"error\"} 3", "{controller=\"c\",result=\"requeue_after\"} 1",
                "{controller=\"c\",result=\"success\"} 1",
            ])
        #expect(
            lines(registry, "controller_runtime_reconcile_errors_total") == [
                "{controller=\"c\",reason=\"409\"} 1", "{controller=\"c\",reason=\"terminal\"} 1",
                "{controller=\"c\",reason=\"timeout\"} 1",
            ])
        #expect(lines(registry, "workqueue_retries_total") == ["{name=\"c\"} 2"])
        #expect(lines(registry, "workqueue_adds_total") == ["{name=\"c\"} 5"])
        #expect(lines(registry, "controller_runtime_max_concurrent_reconciles") == ["{controller=\"c\"} 3"])
        #expect(lines(registry, "controller_runtime_active_workers") == ["{controller=\"c\"} 0"])
        #expect(lines(registry, "controller_runtime_reconcile_time_seconds_count") == ["{controller=\"c\"} 5"])
        #expect(lines(registry, "workqueue_queue_duration_seconds_count") == ["{name=\"c\"} 5"])
        #expect(
            lines(registry, "workqueue_queue_duration_seconds_bucket").contains("{name=\"c\",le=\"1\"} 4"),
            "the first key waited for two seconds")
    }

    @Test func aStoreTellsOfListsAndWatches() async throws {
        let registry = MetricRegistry()
        let clock = ManualClock()
        let server = MiniServer()
        server.put(TestObject("a"))
        let store = Store<TestObject>(clock: clock)
        RuntimeMetrics(registry).observe(store)
        let name = "{resource=\"things.example.dev\"}"
        #expect(lines(registry, "reflector_last_event_age_seconds") == ["\(name) NaN"])
        let reflector = Reflector(store, client: Client(transport: server), logger: quiet, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            defer { group.cancelAll() }
            try await eventually("the watch") { store.isSynced && server.watcherCount == 1 }
            #expect(lines(registry, "reflector_objects") == ["\(name) 1"])
            #expect(lines(registry, "reflector_lists_total") == ["\(name) 1"])
            #expect(lines(registry, "reflector_watches_total") == ["\(name) 1"])
            clock.advance(by: .seconds(7))
            #expect(lines(registry, "reflector_last_event_age_seconds") == ["\(name) 7"])
            server.put(TestObject("b"))
            try await eventually("the event") { store.count == 2 }
            #expect(lines(registry, "reflector_last_event_age_seconds") == ["\(name) 0"])
            server.endWatches()
            try await eventually("the next watch") {
                lines(registry, "reflector_watches_total") == ["\(name) 2"] && server.watcherCount == 1
            }
            server.compact()
            server.endWatches()
            try await eventually("the next list", doing: { clock.advance(by: .milliseconds(100)) }) {
                lines(registry, "reflector_lists_total") == ["\(name) 2"]
            }
        }
    }

    @Test func anElectionTellsWhoLeads() async throws {
        let registry = MetricRegistry()
        let server = MiniServer()
        let elector = LeaderElector(
            client: Client(transport: server), lease: ObjectKey(namespace: "ns", name: "l"), identity: "me",
            logger: quiet, clock: ManualClock())
        let spec: JSONValue = ["holderIdentity": "", "leaseTransitions": 4]
        server.put("/apis/coordination.k8s.io/v1/namespaces/ns/leases/l", ["metadata": ["name": "l"], "spec": spec])
        RuntimeMetrics(registry).observe(elector)
        #expect(lines(registry, "leader_election_leader") == ["{lease=\"ns/l\"} 0"])
        let leading = Task { try await elector.run() }
        try await elector.acquired.wait()
        #expect(lines(registry, "leader_election_leader") == ["{lease=\"ns/l\"} 1"])
        #expect(lines(registry, "leader_election_transitions_total") == ["{lease=\"ns/l\"} 5"])
        leading.cancel()
        _ = await leading.result
    }

    @Test func callsAreCountedByVerbResourceAndCode() {
        let registry = MetricRegistry()
        let metrics = RuntimeMetrics(registry)
        metrics.finished(ObservedCall(verb: "get", resource: "pods", code: 200, duration: .milliseconds(3)))
        metrics.finished(ObservedCall(verb: "get", resource: "pods", code: 404, duration: .milliseconds(3)))
        metrics.finished(
            ObservedCall(verb: "create", resource: "pods", code: nil, failure: .timeout, duration: .seconds(30)))
        #expect(
            lines(registry, "kubernetes_client_requests_total") == [
                "{verb=\"create\",resource=\"pods\",code=\"timeout\"} 1",
                "{verb=\"get\",resource=\"pods\",code=\"200\"} 1", "{verb=\"get\",resource=\"pods\",code=\"404\"} 1",
            ])
        #expect(
            lines(registry, "kubernetes_client_request_duration_seconds_count") == [
                "{verb=\"create\",resource=\"pods\"} 1", "{verb=\"get\",resource=\"pods\"} 2",
            ])
    }

    @Test func anEventRecorderTellsWhatItDropped() {
        let registry = MetricRegistry()
        let recorder = EventRecorder(
            client: Client(transport: SilentTransport()), controller: "c", instance: "i", logger: quiet)
        RuntimeMetrics(registry).observe(recorder)
        for _ in 0..<(EventRecorder.capacity + 3) {
            recorder.record(EventNote(reason: "R", action: "A", note: "n", regarding: ObjectReference(name: "x")))
        }
        #expect(lines(registry, "event_recorder_dropped_total") == [" 3"])
        #expect(lines(registry, "event_recorder_backlog") == [" 1000"])
    }
}

import ControllerMachines
public import KubernetesClient
import KubernetesCore
public import PrometheusMetrics

/// What the runtime tells of itself; see the parameters `metrics` of services, and the `observe` methods for the rest.
///
/// Names that Go's controller runtime has made known are kept, so that dashboards made for it work.
public struct RuntimeMetrics: Sendable, RequestObserver {
    private let depth, delayed, oldestAge: Gauge
    private let adds, retries: Counter
    private let queueDuration: Histogram
    private let workers, maximumWorkers: Gauge
    private let reconciles, reconcileErrors: Counter
    private let reconcileDuration: Histogram
    private let objects, lastEventAge: Gauge
    private let lists, watches: Counter
    private let leader: Gauge
    private let transitions: Counter
    private let eventBacklog: Gauge
    private let eventsDropped: Counter
    private let requests: Counter
    private let requestDuration: Histogram

    /// Declares the runtime's metrics.
    public init(_ registry: MetricRegistry) {
        let name = ["name"]
        depth = registry.gauge("workqueue_depth", "Keys that are ready to be worked on.", labels: name)
        delayed = registry.gauge("workqueue_delayed", "Keys that wait for their time.", labels: name)
        oldestAge = registry.gauge(
            "workqueue_oldest_age_seconds", "For how long the oldest of the ready keys has waited.", labels: name)
        adds = registry.counter(
            "workqueue_adds_total", "Keys that were added and did not wait already.", labels: name)
        retries = registry.counter(
            "workqueue_retries_total", "Keys that were added again after a failure.", labels: name)
        queueDuration = registry.histogram(
            "workqueue_queue_duration_seconds", "How long a key was ready before work on it began.", labels: name)
        let controller = ["controller"]
        workers = registry.gauge("controller_runtime_active_workers", "Reconciles under way.", labels: controller)
        maximumWorkers = registry.gauge(
            "controller_runtime_max_concurrent_reconciles", "How many reconciles may be under way at a time.",
            labels: controller)
        reconciles = registry.counter(
            "controller_runtime_reconcile_total", "Reconciles by result: `success`, `requeue_after`, `error`.",
            labels: controller + ["result"])
        reconcileErrors = registry.counter(
            "controller_runtime_reconcile_errors_total",
            "Reconciles that failed, by HTTP status, failure of the connection, `terminal`, `cancelled` or `other`.",
            labels: controller + ["reason"])
        reconcileDuration = registry.histogram(
            "controller_runtime_reconcile_time_seconds", "How long a reconcile took.", labels: controller)
        let resource = ["resource"]
        objects = registry.gauge("reflector_objects", "Objects in a cache.", labels: resource)
        lastEventAge = registry.gauge(
            "reflector_last_event_age_seconds", "Time since a list or a watch last told something.", labels: resource)
        lists = registry.counter(
            "reflector_lists_total", "Lists, and streamed initial states, that replaced the content of a cache.",
            labels: resource)
        watches = registry.counter("reflector_watches_total", "Watches that were begun.", labels: resource)
        leader = registry.gauge(
            "leader_election_leader", "1 where this process leads, else 0.", labels: ["lease"])
        transitions = registry.counter(
            "leader_election_transitions_total", "How often the lease went from one holder to another.",
            labels: ["lease"])
        eventBacklog = registry.gauge("event_recorder_backlog", "Events that wait to be written.")
        eventsDropped = registry.counter(
            "event_recorder_dropped_total", "Events that were dropped, since too many waited.")
        requests = registry.counter(
            "kubernetes_client_requests_total", "Calls to the API server by HTTP status, or by why none came.",
            labels: ["verb", "resource", "code"])
        requestDuration = registry.histogram(
            "kubernetes_client_request_duration_seconds", "How long a call took; a watch, until it was accepted.",
            labels: ["verb", "resource"])
    }

    public func finished(_ call: ObservedCall) {
        let code = call.code.map { "\($0)" } ?? call.failure?.rawValue ?? "cancelled"
        requests.increment(call.verb, call.resource, code)
        requestDuration.observe(call.duration, call.verb, call.resource)
    }

    /// Tells of a store.
    public func observe<T>(_ store: Store<T>) {
        let name = "\(T.type)"
        objects.read(name) { Double(store.count) }
        lastEventAge.read(name) { store.age.map(Self.seconds) ?? .nan }
        lists.read(name) { Double(store.totals.lists) }
        watches.read(name) { Double(store.totals.watches) }
    }

    /// Tells of an election.
    public func observe(_ elector: LeaderElector) {
        let name = "\(elector.lease)"
        leader.read(name) { elector.isLeading ? 1 : 0 }
        transitions.read(name) { Double(elector.transitions) }
    }

    /// Tells of an event recorder.
    public func observe(_ recorder: EventRecorder) {
        eventBacklog.read { Double(recorder.backlog) }
        eventsDropped.read { Double(recorder.dropped) }
    }

    /// Tells of a controller's queue.
    func observe(_ queue: WorkQueue<ObjectKey>, _ controller: String, concurrency: Int) {
        depth.read(controller) { Double(queue.depth.ready) }
        delayed.read(controller) { Double(queue.depth.delayed) }
        oldestAge.read(controller) { queue.oldestAge.map(Self.seconds) ?? 0 }
        adds.read(controller) { Double(queue.totals.adds) }
        retries.read(controller) { Double(queue.totals.retries) }
        workers.read(controller) { Double(queue.depth.processing) }
        maximumWorkers.set(Double(concurrency), controller)
    }

    /// Counts a key that is worked on from now on.
    func began(_ controller: String, waited: Duration?) {
        if let waited { queueDuration.observe(waited, controller) }
    }

    /// Counts a reconcile.
    func ended(_ controller: String, _ result: Result<Requeue, any Error>, took: Duration) {
        reconcileDuration.observe(took, controller)
        switch result {
        case .success(.onChange): reconciles.increment(controller, "success")
        case .success(.after): reconciles.increment(controller, "requeue_after")
        case .failure(let error):
            reconciles.increment(controller, "error")
            reconcileErrors.increment(controller, Self.reason(error))
        }
    }

    /// What failed, as one of few.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as APIError: "\(error.code)"
        case let error as TransportError: error.code.rawValue
        case is TerminalError: "terminal"
        case is CancellationError: "cancelled"
        default: "other"
        }
    }

    private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}

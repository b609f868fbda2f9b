import PrometheusMetrics
import Synchronization

/// How the store takes what was collected: what probes and metrics tell of it.
final class PayloadHealth: Sendable {
    private struct State {
        var problem: String?
        var since: ContinuousClock.Instant?
        var counts = PayloadSpool.Counts()
        var failures = 0
    }

    /// For how long a store may fail before it is told.
    private let patience: Duration
    private let state: Mutex<State>

    /// - Parameters:
    ///   - hasRest: Whether an earlier process left what it could not store: it is not well before that is.
    ///   - patience: For how long a store may fail before it is told.
    init(hasRest: Bool, patience: Duration = .seconds(30)) {
        self.patience = patience
        var state = State()
        if hasRest { state.problem = "what was collected before is not stored yet" }
        self.state = Mutex(state)
    }

    /// Why it is not well, nil where it is.
    var problem: String? {
        state.withLock { state in
            guard let since = state.since else { return state.problem }
            return ContinuousClock.now - since >= patience ? state.problem : nil
        }
    }

    /// Takes note that a file was stored.
    func succeeded() { state.withLock { ($0.problem, $0.since) = (nil, nil) } }

    /// Takes note that a file could not be stored.
    func failed(_ message: String) {
        state.withLock { state in
            state.failures += 1
            // What was wrong from the start stays so.
            if state.problem == nil { state.since = .now }
            state.problem = message
        }
    }

    /// Takes what became of the events.
    func told(_ counts: PayloadSpool.Counts) { state.withLock { $0.counts = counts } }

    /// Declares what `/metrics` shows.
    func declare(in registry: MetricRegistry) {
        func read(_ value: @escaping @Sendable (PayloadSpool.Counts) -> Int) -> @Sendable () -> Double {
            { [self] in Double(value(state.withLock { $0.counts })) }
        }
        registry.counter("fairlead_payloads_received_total", "Events that were taken.").read(
            value: read { $0.received })
        registry.counter("fairlead_payloads_stored_total", "Events that were stored.").read(value: read { $0.stored })
        registry.counter("fairlead_payloads_dropped_total", "Events that went, for too much waited.")
            .read(value: read { $0.dropped })
        registry.gauge("fairlead_payloads_waiting_bytes", "Bytes that wait to be stored.")
            .read(value: read { $0.bytes })
        registry.counter("fairlead_payloads_store_failures_total", "Attempts to store a file that failed.")
            .read { [self] in Double(state.withLock { $0.failures }) }
    }
}

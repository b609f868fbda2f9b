public import ControllerMachines
public import KubernetesClient
import KubernetesCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Writes events.k8s.io/v1 events beside the work: recording never waits, never fails and never grows without bound.
public final class EventRecorder: Service {
    private struct State: Sendable {
        var table: EventSeriesTable
        var notes: [EventNote] = []
        var dropped = 0
    }

    /// How many notes wait at most; the oldest goes first.
    public static let capacity = 1000
    private static let maxTries = 12
    private static let flushInterval = Duration.seconds(60)
    /// How long the last notes have at a graceful shutdown.
    private static let farewell = Duration.seconds(5)

    private let client: Client
    private let logger: Logger
    private let clock: any RuntimeClock
    private let nonce: @Sendable () -> UInt64
    private let state: Mutex<State>
    private let pulse = Pulse()

    /// A recorder.
    ///
    /// - Parameters:
    ///   - client: Where to write.
    ///   - controller: Who reports, such as `example.dev/controller`.
    ///   - instance: Which of its instances, such as the pod's name.
    ///   - logger: For events that could not be written.
    ///   - clock: For times and delays.
    ///   - nonce: Random; makes events' names.
    public init(
        client: Client, controller: String, instance: String, logger: Logger,
        clock: any RuntimeClock = SystemClock(),
        nonce: @escaping @Sendable () -> UInt64 = { UInt64.random(in: 0...UInt64.max) }
    ) {
        self.client = client
        self.logger = logger
        self.clock = clock
        self.nonce = nonce
        state = Mutex(State(table: EventSeriesTable(controller: controller, instance: instance)))
    }

    /// Takes what happened; it is written soon.
    public func record(_ note: EventNote) {
        state.withLock { state in
            if state.notes.count >= Self.capacity {
                state.notes.removeFirst()
                state.dropped += 1
            }
            state.notes.append(note)
        }
        pulse.signal()
    }

    /// Notes that were dropped since too many waited, for metrics.
    public var dropped: Int { state.withLock { $0.dropped } }

    /// Notes that wait.
    public var backlog: Int { state.withLock { $0.notes.count } }

    /// Writes until the task is cancelled or a graceful shutdown begins, at which what waits is still written.
    public func run() async {
        let stop = Readiness()
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.write(stop: stop) }
                group.addTask {
                    guard (try? await stop.wait()) != nil else { return }
                    try? await self.clock.sleep(for: Self.farewell)
                }
                await group.next()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            stop.open()
            self.pulse.signal()
        }
    }

    private func write(stop: Readiness) async {
        do {
            while true {
                try Task.checkCancellation()
                let isLast = stop.isOpen
                try await drain(isLast: isLast)
                if isLast { return }
                // Nothing to flush is nothing to wake up for.
                let isIdle = state.withLock { $0.table.count == 0 }
                await pulse.wait(until: isIdle ? nil : clock.elapsed + Self.flushInterval, clock: clock)
            }
        } catch {
            // Cancelled.
        }
    }

    private func drain(isLast: Bool) async throws {
        while let note = state.withLock({ $0.notes.isEmpty ? nil : $0.notes.removeFirst() }) {
            let (now, date, nonce) = (clock.elapsed, clock.now, nonce())
            guard let write = state.withLock({ $0.table.record(note, now: now, date: date, nonce: nonce) }) else {
                continue
            }
            try await perform(write)
        }
        let now = clock.elapsed
        let writes = state.withLock { isLast ? $0.table.finish(now: now) : $0.table.flush(now: now) }
        for write in writes { try await perform(write) }
    }

    /// Performs a write; only a cancellation is thrown.
    private func perform(_ write: EventSeriesTable.Write) async throws {
        var backoff = Backoff(initial: .milliseconds(500), cap: .seconds(10), jitter: 1)
        for _ in 0..<Self.maxTries {
            do {
                try await attempt(write)
                return
            } catch {
                try Task.checkCancellation()
                let mayHelp = (error as? APIError)?.isRetryable ?? (error is TransportError)
                guard mayHelp else {
                    logger.debug("an event was refused", metadata: ["event": "\(write.key)", "error": "\(error)"])
                    return
                }
                try await clock.sleep(for: backoff.next(now: clock.elapsed, random: Double.random(in: 0...1)))
            }
        }
        logger.info("an event was given up", metadata: ["event": "\(write.key)"])
    }

    private func attempt(_ write: EventSeriesTable.Write) async throws {
        do {
            switch write {
            case .create(let key, let event):
                try await client.create(.event, namespace: key.namespace, event)
            case .patch(let key, let patch, let whole):
                do {
                    try await client.patch(.event, key, patch)
                } catch let error as APIError where error.isNotFound {
                    try await client.create(.event, namespace: key.namespace, whole)
                }
            }
        } catch let error as APIError where error.isAlreadyExists {
            // An earlier try whose answer was lost made it.
        }
    }
}

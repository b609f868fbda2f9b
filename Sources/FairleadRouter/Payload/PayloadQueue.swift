import DequeModule
import NIOCore

/// Events that wait to be sent, by who takes them.
///
/// Guarantees: no more than its bounds; one who takes slowly delays and displaces no other's events.
struct PayloadQueue: Sendable {
    /// How much it holds.
    struct Bounds: Sendable {
        /// Events for one taker.
        var events = 256
        /// Bytes in all, those being sent among them.
        var bytes = 64 << 20
        /// Events that are sent to one taker at a time.
        var sending = 4
        /// Takers known at a time.
        var takers = 1000
    }

    private struct Taker: Sendable {
        var events: Deque<PayloadEvent> = []
        var sending = 0
    }

    private let bounds: Bounds
    private var takers: [String: Taker] = [:]
    /// Those that may be sent something, in turn.
    private var turns: Deque<String> = []
    private(set) var bytes = 0

    init(bounds: Bounds = Bounds()) { self.bounds = bounds }

    /// How many wait.
    var count: Int { takers.values.reduce(0) { $0 + $1.events.count } }

    /// Takes an event in; false where there is no room.
    mutating func add(_ event: PayloadEvent) -> Bool {
        guard bytes + event.body.readableBytes <= bounds.bytes,
            takers[event.url] != nil || takers.count < bounds.takers
        else { return false }
        var taker = takers[event.url] ?? Taker()
        guard taker.events.count < bounds.events else { return false }
        bytes += event.body.readableBytes
        taker.events.append(event)
        takers[event.url] = taker
        if taker.events.count == 1, taker.sending < bounds.sending { turns.append(event.url) }
        return true
    }

    /// The next to send; ``sent(_:)`` follows it.
    mutating func next() -> PayloadEvent? {
        while let url = turns.popFirst() {
            guard var taker = takers[url], let event = taker.events.popFirst() else { continue }
            taker.sending += 1
            takers[url] = taker
            if !taker.events.isEmpty, taker.sending < bounds.sending { turns.append(url) }
            return event
        }
        return nil
    }

    /// Takes note that an event was sent, or could not be.
    mutating func sent(_ event: PayloadEvent) {
        bytes -= event.body.readableBytes
        guard var taker = takers[event.url] else { return }
        let wasFull = taker.sending == bounds.sending
        taker.sending -= 1
        takers[event.url] = taker.sending == 0 && taker.events.isEmpty ? nil : taker
        if wasFull, !taker.events.isEmpty { turns.append(event.url) }
    }
}

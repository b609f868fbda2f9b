import DequeModule
import NIOCore

/// Events that wait to be sent, by who takes them.
///
/// Guarantees: no more than its bounds; one who takes slowly delays and displaces no other's events: each may be sent
/// something whatever the others do, and where there is no more room, those give some who have the most.
struct PayloadQueue: Sendable {
    /// How much it holds.
    struct Bounds: Sendable {
        /// Events for one taker.
        var events = 256
        /// Bytes in all, those being sent among them.
        var bytes = 64 << 20
        /// Events that are sent to one taker at a time.
        var sending = 4
        /// Events that are sent at a time, beyond the first of each taker.
        var places = 32
        /// Takers known at a time.
        var takers = 1000
    }

    private struct Taker: Sendable {
        var events: Deque<PayloadEvent> = []
        var sending = 0
        /// Those of the events that wait.
        var bytes = 0
        /// Whether it stands among the turns.
        var hasTurn = false
    }

    private let bounds: Bounds
    private var takers: [String: Taker] = [:]
    /// Those that may be sent something, in turn.
    private var turns: Deque<String> = []
    /// Those that could be sent more if there were places; they keep their turn.
    private var patient: Deque<String> = []
    /// Events that are sent now, beyond the first of each taker.
    private var taken = 0
    private(set) var bytes = 0

    init(bounds: Bounds = Bounds()) { self.bounds = bounds }

    /// How many wait.
    var count: Int { takers.values.reduce(0) { $0 + $1.events.count } }

    /// Takes an event in, for which others may have to go.
    ///
    /// - Returns: How many events are lost: itself, or those that went for it.
    mutating func add(_ event: PayloadEvent) -> Int {
        guard takers[event.url] != nil || takers.count < bounds.takers else { return 1 }
        let known = takers[event.url] ?? Taker()
        guard known.events.count < bounds.events, let displaced = makeRoom(for: event, besides: known.bytes) else {
            return 1
        }
        bytes += event.body.readableBytes
        var taker = takers[event.url] ?? Taker()
        taker.bytes += event.body.readableBytes
        taker.events.append(event)
        takers[event.url] = taker
        give(event.url)
        return displaced
    }

    /// Lets go of the oldest events of those who have the most, for one who has less even with its new one.
    ///
    /// - Returns: How many went; nil where too few may go, and so none does.
    private mutating func makeRoom(for event: PayloadEvent, besides waiting: Int) -> Int? {
        let size = event.body.readableBytes
        var missing = bytes + size - bounds.bytes
        guard missing > 0 else { return 0 }
        let least = waiting + size
        var others = takers.filter { $0.key != event.url && $0.value.bytes > least }
        var leaving: [(url: String, count: Int, bytes: Int)] = []
        while missing > 0 {
            guard let (url, taker) = others.max(by: { $0.value.bytes < $1.value.bytes }) else { return nil }
            others[url] = nil
            var (count, freed) = (0, 0)
            for event in taker.events {
                guard freed < missing, taker.bytes - freed > least else { break }
                freed += event.body.readableBytes
                count += 1
            }
            missing -= freed
            leaving.append((url, count, freed))
        }
        for (url, count, freed) in leaving {
            takers[url]?.events.removeFirst(count)
            takers[url]?.bytes -= freed
            bytes -= freed
        }
        return leaving.reduce(0) { $0 + $1.count }
    }

    /// Lets a taker have its turn where it may.
    private mutating func give(_ url: String) {
        guard let taker = takers[url], !taker.hasTurn, !taker.events.isEmpty, taker.sending < bounds.sending else {
            return
        }
        takers[url]?.hasTurn = true
        turns.append(url)
    }

    /// The next to send; ``sent(_:)`` follows it.
    mutating func next() -> PayloadEvent? {
        while let url = turns.popFirst() {
            guard let taker = takers[url] else { continue }
            guard taker.sending == 0 || taken < bounds.places else {
                patient.append(url)
                continue
            }
            takers[url]?.hasTurn = false
            guard let event = takers[url]?.events.popFirst() else {
                forget(url)
                // Its events went for others', and its place is another's.
                if taken < bounds.places, let next = patient.popFirst() { turns.append(next) }
                continue
            }
            takers[url]?.bytes -= event.body.readableBytes
            takers[url]?.sending += 1
            if taker.sending > 0 { taken += 1 }
            give(url)
            return event
        }
        return nil
    }

    /// Takes note that an event was sent, or could not be.
    mutating func sent(_ event: PayloadEvent) {
        bytes -= event.body.readableBytes
        guard let sending = takers[event.url]?.sending else { return }
        takers[event.url]?.sending = sending - 1
        if sending > 1 {
            taken -= 1
            if let next = patient.popFirst() { turns.append(next) }
        } else if let place = patient.firstIndex(of: event.url) {
            // It needs no place of all any more.
            patient.remove(at: place)
            turns.append(event.url)
        }
        give(event.url)
        forget(event.url)
    }

    private mutating func forget(_ url: String) {
        guard let taker = takers[url], taker.sending == 0, taker.events.isEmpty, !taker.hasTurn else { return }
        takers[url] = nil
    }
}

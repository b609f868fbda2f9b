import DequeModule
import NIOCore

/// Who may go to which pod of a revision, and who waits.
///
/// Guarantees: no pod and no revision ever has more requests than its bounds allow; whoever waits is served in the order
/// of arrival, as soon as a place is free; every ticket is admitted, refused or given up exactly once.
struct Admission: Sendable {
    /// A place in the queue.
    typealias Ticket = UInt64

    /// A pod that takes requests, or one that is gone and whose last requests are still under way.
    struct Slot: Sendable {
        var address: PodAddress
        var inFlight = 0
        var isLive = true
        /// Until when other pods are better, for this one took no connection.
        var suspectUntil: NIODeadline?
    }

    /// What becomes of a request that comes.
    enum Arrival: Sendable, Equatable {
        case admitted(slot: Int)
        /// - Parameter until: When to call ``Admission/expire(_:now:)``.
        case waits(Ticket, until: NIODeadline)
        case refused(Refusal)
    }

    /// What has become of a request that waited.
    enum Release: Sendable, Equatable {
        case admitted(Ticket, slot: Int)
        case refused(Ticket, Refusal)
        /// It waits on; ask again then.
        case waits(Ticket, until: NIODeadline)
    }

    private struct Waiter: Sendable {
        var wakeBy: NIODeadline
        var deadline: NIODeadline
    }

    /// For how long a pod that took no connection is avoided.
    static let suspicion = TimeAmount.seconds(1)

    private(set) var slots: [Slot] = []
    private(set) var inFlight = 0
    private var live: [Int] = []
    private var bounds = AdmissionBounds()
    private var waiters: [Ticket: Waiter] = [:]
    /// Tickets in order, those that are gone among them.
    private var order: Deque<Ticket> = []
    private var nextTicket: Ticket = 0
    private var random: UInt64

    /// - Parameter seed: For the choice between pods.
    init(seed: UInt64) { random = seed }

    /// How many wait.
    var waiting: Int { waiters.count }

    /// Whether there is a pod that takes requests.
    var hasPods: Bool { !live.isEmpty }

    /// Gives a place that is free to a request, unless others wait for it.
    mutating func admit(now: NIODeadline) -> Int? { waiters.isEmpty ? take(now: now, not: []) : nil }

    /// Gives a request a place, or lets it wait for one.
    ///
    /// - Parameters:
    ///   - now: When it comes.
    ///   - wakeBy: When it gives up where there is no pod.
    ///   - deadline: When it gives up where all pods are busy.
    ///   - hasRoom: Asked last, and only where it would wait: whether one more may.
    mutating func arrive(
        now: NIODeadline, wakeBy: NIODeadline, deadline: NIODeadline, hasRoom: () -> Bool
    ) -> Arrival {
        if let slot = admit(now: now) { return .admitted(slot: slot) }
        let until = hasPods ? deadline : wakeBy
        guard until > now else { return .refused(hasPods ? .deadline : .notAwake) }
        guard hasRoom() else { return .refused(.queueFull) }
        nextTicket += 1
        waiters[nextTicket] = Waiter(wakeBy: wakeBy, deadline: deadline)
        order.append(nextTicket)
        return .waits(nextTicket, until: until)
    }

    /// Looks at a request whose time may be over; nil where it no longer waits.
    mutating func expire(_ ticket: Ticket, now: NIODeadline) -> Release? {
        guard let waiter = waiters[ticket] else { return nil }
        let until = hasPods ? waiter.deadline : waiter.wakeBy
        guard until <= now else { return .waits(ticket, until: until) }
        remove(ticket)
        return .refused(ticket, hasPods ? .deadline : .notAwake)
    }

    /// Takes a request out of the queue; whether it was in it.
    mutating func giveUp(_ ticket: Ticket) -> Bool { remove(ticket) }

    /// Frees a place.
    mutating func leave(slot: Int, now: NIODeadline) -> [Release] {
        guard vacate(slot) else { return [] }
        return release(now: now)
    }

    /// Moves a request to another pod, for its own took no connection; nil where no other is free, and the request
    /// keeps its place.
    ///
    /// - Parameter tried: The pods that are no choice, its own among them unless that may be tried again.
    mutating func move(from slot: Int, now: NIODeadline, not tried: [PodAddress]) -> (slot: Int, releases: [Release])? {
        guard slots.indices.contains(slot), slots[slot].inFlight > 0 else { return nil }
        slots[slot].suspectUntil = now + Self.suspicion
        // Its own place must not stand in its way.
        vacate(slot)
        guard let next = take(now: now, not: tried) else {
            slots[slot].inFlight += 1
            inFlight += 1
            return nil
        }
        return (next, release(now: now))
    }

    /// Replaces the pods and the bounds; a pod that stays keeps its requests.
    mutating func set(_ addresses: [PodAddress], bounds: AdmissionBounds, now: NIODeadline) -> [Release] {
        self.bounds = bounds
        var wanted = Set(addresses)
        for index in slots.indices {
            // One that comes back is still at work on what it had: it has one slot, never two.
            slots[index].isLive = wanted.remove(slots[index].address) != nil
        }
        var free = slots.indices.filter { !slots[$0].isLive && slots[$0].inFlight == 0 }[...]
        for address in addresses where wanted.remove(address) != nil {
            if let index = free.popFirst() {
                slots[index] = Slot(address: address)
            } else {
                slots.append(Slot(address: address))
            }
        }
        while let last = slots.last, !last.isLive, last.inFlight == 0 { slots.removeLast() }
        live = slots.indices.filter { slots[$0].isLive }
        return release(now: now)
    }

    /// Empties the queue, in its order.
    mutating func disband() -> [Ticket] {
        let tickets = Array(order.filter { waiters[$0] != nil })
        waiters = [:]
        order = []
        return tickets
    }

    @discardableResult
    private mutating func remove(_ ticket: Ticket) -> Bool {
        guard waiters.removeValue(forKey: ticket) != nil else { return false }
        if order.count > 2 * waiters.count + 32 { order.removeAll { waiters[$0] == nil } }
        return true
    }

    private mutating func release(now: NIODeadline) -> [Release] {
        guard !waiters.isEmpty else { return [] }
        var releases: [Release] = []
        while let ticket = order.first {
            guard waiters[ticket] != nil else {
                order.removeFirst()
                continue
            }
            guard let slot = take(now: now, not: []) else { break }
            order.removeFirst()
            waiters[ticket] = nil
            releases.append(.admitted(ticket, slot: slot))
        }
        return releases
    }
}

extension Admission {
    @discardableResult
    private mutating func vacate(_ slot: Int) -> Bool {
        guard slots.indices.contains(slot), slots[slot].inFlight > 0 else { return false }
        slots[slot].inFlight -= 1
        inFlight -= 1
        return true
    }

    /// Takes a place: of two pods that chance names, at the one with less to do.
    private mutating func take(now: NIODeadline, not tried: [PodAddress]) -> Int? {
        if let total = bounds.total, inFlight >= total { return nil }
        guard let slot = twoChoices(now: now, not: tried) ?? leastLoaded(now: now, not: tried) else { return nil }
        slots[slot].inFlight += 1
        inFlight += 1
        return slot
    }

    private mutating func twoChoices(now: NIODeadline, not tried: [PodAddress]) -> Int? {
        guard live.count > 1 else { return nil }
        let first = below(live.count)
        // Never the same twice.
        let second = (first + 1 + below(live.count - 1)) % live.count
        let (one, other) = (live[first], live[second])
        let best = slots[other].inFlight < slots[one].inFlight ? other : one
        return isGood(best, not: tried) && !isSuspect(best, now: now) ? best : nil
    }

    private func leastLoaded(now: NIODeadline, not tried: [PodAddress]) -> Int? {
        var best: (slot: Int, rank: (Int, Int))?
        for slot in live where isGood(slot, not: tried) {
            let rank = (isSuspect(slot, now: now) ? 1 : 0, slots[slot].inFlight)
            if best.map({ rank < $0.rank }) ?? true { best = (slot, rank) }
        }
        return best?.slot
    }

    private func isSuspect(_ slot: Int, now: NIODeadline) -> Bool { slots[slot].suspectUntil.map { $0 > now } ?? false }

    private func isGood(_ slot: Int, not tried: [PodAddress]) -> Bool {
        if let perPod = bounds.perPod, slots[slot].inFlight >= perPod { return false }
        return tried.isEmpty || !tried.contains(slots[slot].address)
    }

    /// A number from 0 up to, but not including, a count of at least 1.
    private mutating func below(_ count: Int) -> Int {
        random &+= Spread.golden
        return Int(truncatingIfNeeded: Spread.mixed(random).multipliedFullWidth(by: UInt64(count)).high)
    }
}

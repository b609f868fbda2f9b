import Synchronization

/// Bounds how many calls are under way; the others wait in the order in which they came.
///
/// Guarantees: a waiter that is cancelled leaves at once and takes no slot with it.
final class InFlightLimit: Sendable {
    private let state: Mutex<InFlightQueue<CheckedContinuation<Void, any Error>>>

    init(_ slots: Int) {
        state = Mutex(InFlightQueue(slots: max(1, slots)))
    }

    /// Runs `body` in a slot.
    func withSlot<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await enter()
        defer { state.withLock { $0.leave() }?.resume() }
        return try await body()
    }

    private func enter() async throws {
        try Task.checkCancellation()
        guard let ticket = state.withLock({ $0.arrive() }) else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch state.withLock({ $0.wait(ticket, continuation) }) {
                case .admitted: continuation.resume()
                case .abandoned: continuation.resume(throwing: CancellationError())
                case .waiting: break
                }
            }
        } onCancel: {
            state.withLock { $0.abandon(ticket) }?.resume(throwing: CancellationError())
        }
    }
}

/// The slots and the line before them; `Waiter` is whatever wakes one up.
struct InFlightQueue<Waiter: Sendable>: Sendable {
    typealias Ticket = UInt64

    /// What became of somebody who would wait.
    enum Admission: Sendable, Hashable {
        case admitted
        case waiting
        case abandoned
    }

    private enum Place: Sendable {
        case arrived
        case waiting(Waiter)
        case abandoned
    }

    private var free: Int
    private var places: [Ticket: Place] = [:]
    private var line: [Ticket] = []
    private var head = 0
    private var waiting = 0
    private var nextTicket: Ticket = 0

    init(slots: Int) {
        free = slots
    }

    /// Takes a slot and returns nil, or returns a ticket for the line where there is none free.
    mutating func arrive() -> Ticket? {
        if free > 0, waiting == 0 {
            free -= 1
            return nil
        }
        nextTicket &+= 1
        places[nextTicket] = .arrived
        return nextTicket
    }

    /// Stands in line, unless a slot became free or the ticket was abandoned in between.
    mutating func wait(_ ticket: Ticket, _ waiter: Waiter) -> Admission {
        if case .abandoned = places[ticket] {
            places[ticket] = nil
            return .abandoned
        }
        if free > 0, waiting == 0 {
            places[ticket] = nil
            free -= 1
            return .admitted
        }
        places[ticket] = .waiting(waiter)
        line.append(ticket)
        waiting += 1
        return .waiting
    }

    /// Gives a ticket up and returns who is to be told, if anybody waits with it.
    mutating func abandon(_ ticket: Ticket) -> Waiter? {
        switch places[ticket] {
        case .arrived:
            places[ticket] = .abandoned
            return nil
        case .waiting(let waiter):
            places[ticket] = nil
            waiting -= 1
            return waiter
        case .abandoned, nil:
            return nil
        }
    }

    /// Gives a slot back and returns who has it now, if anybody waits.
    mutating func leave() -> Waiter? {
        while head < line.count {
            let ticket = line[head]
            head += 1
            if head > 64, head * 2 > line.count {
                line.removeFirst(head)
                head = 0
            }
            guard case .waiting(let waiter) = places[ticket] else { continue }
            places[ticket] = nil
            waiting -= 1
            return waiter
        }
        line.removeAll(keepingCapacity: true)
        head = 0
        free += 1
        return nil
    }
}

import Synchronization

/// A value that ages, such as a token: it is made anew when its time is over or when it was refused, by one caller
/// at a time, and the others wait for that one.
final class Renewable<Value: Sendable>: Sendable {
    /// Makes the value, from the last one where that helps, and says for how long it is good; nil for ever.
    typealias Renewal = @Sendable (_ last: Value?) async throws -> (value: Value, validFor: Duration?)

    private let renew: Renewal
    private let turn = InFlightLimit(1)
    private let state = Mutex(RenewableState<Value>())

    init(_ renew: @escaping Renewal) {
        self.renew = renew
    }

    /// The value, with the number of its making.
    ///
    /// A caller that is cancelled while it makes the value leaves that to the next one in line.
    func current() async throws -> (value: Value, serial: UInt64) {
        let asked = ContinuousClock.now
        if let value = state.withLock({ $0.value(at: asked) }) { return value }
        return try await turn.withSlot {
            // Another one may have made it while this one waited, or have failed to.
            if let outcome = state.withLock({ $0.outcome(since: asked, at: .now) }) { return try outcome.get() }
            do {
                let made = try await renew(state.withLock { $0.last })
                return state.withLock { $0.made(made.value, validFor: made.validFor, at: .now) }
            } catch {
                try Task.checkCancellation()
                state.withLock { $0.failed(error, at: .now) }
                throw error
            }
        }
    }

    /// Has the value made anew for the next caller, unless that has happened since its making of that number.
    func refuse(_ serial: UInt64) {
        state.withLock { $0.refuse(serial) }
    }
}

/// When a value is made anew, as a value.
struct RenewableState<Value: Sendable>: Sendable {
    typealias Numbered = (value: Value, serial: UInt64)

    private(set) var last: Value?
    private var serial: UInt64 = 0
    private var madeAt: ContinuousClock.Instant?
    private var validUntil: ContinuousClock.Instant?
    private var isRefused = false
    private var failure: (error: any Error, at: ContinuousClock.Instant)?

    /// The value, nil where it is to be made.
    func value(at now: ContinuousClock.Instant) -> Numbered? {
        guard let last, !isRefused, validUntil.map({ now < $0 }) ?? true else { return nil }
        return (last, serial)
    }

    /// What came of the last making, for somebody who has waited for it since `asked`; nil where it must be made.
    ///
    /// A value that was made meanwhile will do, even one that is good for no time at all.
    func outcome(since asked: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Result<Numbered, any Error>?
    {
        if let value = value(at: now) { return .success(value) }
        if let failure, failure.at > asked { return .failure(failure.error) }
        if let last, !isRefused, let madeAt, madeAt > asked { return .success((last, serial)) }
        return nil
    }

    mutating func made(_ value: Value, validFor: Duration?, at now: ContinuousClock.Instant) -> Numbered {
        last = value
        serial &+= 1
        madeAt = now
        validUntil = validFor.map { now + $0 }
        isRefused = false
        failure = nil
        return (value, serial)
    }

    mutating func failed(_ error: any Error, at now: ContinuousClock.Instant) {
        failure = (error, now)
    }

    mutating func refuse(_ refused: UInt64) {
        if refused == serial { isRefused = true }
    }
}

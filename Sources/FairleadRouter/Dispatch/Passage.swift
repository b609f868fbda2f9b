import KubernetesCore
import NIOCore
import Synchronization

/// A request's permission to go to an endpoint, from its admission to its end.
///
/// Guarantees: the endpoint's place is free again after ``finished(_:)``, at the latest when nobody holds the passage
/// any more; a request is counted once. It belongs to one event loop.
final class Passage: Sendable {
    private struct State {
        var slot: Int
        var address: PodAddress
        var tried: [PodAddress] = []
        var isEnded = false
    }

    let service: ObjectKey
    let revision: String
    /// As the endpoint shall see it.
    let path: String
    /// When the client no longer waits.
    let deadline: NIODeadline
    /// Whether the request may be sent again when a connection broke without a byte of an answer.
    let isRetrySafe: Bool
    /// Where a copy of the request goes, whose answer nobody sees.
    let mirror: Passage?
    /// The value of a `Set-Cookie` field that the answer needs.
    let setCookie: String?
    /// Takes the bodies, where this request is logged.
    let payload: PayloadSample?

    private let gate: Gate
    private let isGRPC: Bool
    private let isProbe: Bool
    /// How long it waited for a model that slept: that is no latency of the model.
    private let slept: TimeAmount
    private let state: Mutex<State>

    init(_ facts: PassageFacts, gate: Gate, place: Gate.Place, start: NIODeadline) {
        service = gate.service
        revision = gate.revision
        path = facts.path
        deadline = facts.deadline(from: start)
        isRetrySafe = facts.isRetrySafe
        mirror = facts.mirror?.passCopy(of: facts, now: start)
        setCookie = facts.setCookie
        payload = facts.payload
        isGRPC = facts.isGRPC
        isProbe = facts.isProbe
        slept = start - facts.arrival
        self.gate = gate
        state = Mutex(State(slot: place.slot, address: place.address))
    }

    /// Where the request goes.
    var endpoint: Endpoint {
        let address = state.withLock(\.address)
        return address.endpoint(isGRPC: isGRPC) ?? Endpoint(host: address.host, port: 0)
    }

    /// Another endpoint, for the one at hand took no connection; nil where none is left or free.
    func retry() -> Endpoint? {
        let from: (slot: Int, tried: [PodAddress])? = state.withLock { state in
            state.tried.append(state.address)
            return state.isEnded ? nil : (state.slot, state.tried)
        }
        guard let from, let place = gate.move(from: from.slot, not: from.tried) else { return nil }
        let isEnded = state.withLock { state in
            (state.slot, state.address) = (place.slot, place.address)
            return state.isEnded
        }
        return isEnded ? nil : endpoint
    }

    /// Gives the place back and counts the request; only the first call does.
    func finished(_ end: PassageEnd) { leave(end) }

    /// Gives the place back of a request that never reached its endpoint, and counts nothing.
    func released() {
        guard let slot = end() else { return }
        gate.leave(slot: slot, end: nil)
    }

    deinit { leave(PassageEnd(outcome: .clientGone, total: .zero)) }

    /// Its place, at its first end.
    private func end() -> Int? {
        state.withLock { state in
            guard !state.isEnded else { return nil }
            state.isEnded = true
            return state.slot
        }
    }

    private func leave(_ end: PassageEnd) {
        guard let slot = self.end() else { return }
        var awake = end
        awake.total = max(.zero, end.total - slept)
        gate.leave(slot: slot, end: isProbe ? nil : awake)
        payload?.ended(end)
    }
}

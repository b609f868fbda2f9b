import FairleadAPI
import KubernetesCore
import NIOCore
import Synchronization

/// The way in to a component of a revision: drives its ``Admission``, holds who waits, and counts.
final class Gate: Sendable {
    /// A place at a pod.
    struct Place: Sendable {
        var slot: Int
        var address: PodAddress
    }

    /// What of a service's spec says who may come in.
    struct Rules: Sendable, Equatable {
        /// How many requests of the service may wait.
        var queue: Int
        var wakeTimeout: TimeAmount
        var timeout: TimeAmount
    }

    /// What became of a request that came to wait.
    enum Joining: Sendable {
        case settled
        case waits(Admission.Ticket)
        case closed
    }

    private struct State {
        var admission: Admission
        var rules: Rules
        var counts = GateCounts()
        var held: [Admission.Ticket: HeldRequest] = [:]
        /// Whether a pod is ready, not only one that is about to end.
        var isReady = false
        var askedToWake: NIODeadline?
        /// When the first request came for which there was no pod.
        var asleepSince: NIODeadline?
        var generation: UInt64 = 0
        var isClosed = false
    }

    /// What is to be done once the lock is free.
    private struct Outcome {
        var places: [(held: HeldRequest, place: Place)] = []
        /// Those that wait and now have less time than they were told.
        var hurried: [(ticket: Admission.Ticket, held: HeldRequest)] = []
        var mustWake = false
    }

    let service: ObjectKey
    let revision: String
    let component: ServiceComponent
    private let queue: ServiceQueue
    private let wake: Dispatcher.Wake
    private let state: Mutex<State>
    private let serving = Atomic(false)

    init(
        service: ObjectKey, revision: String, component: ServiceComponent, rules: Rules, queue: ServiceQueue,
        seed: UInt64, wake: @escaping Dispatcher.Wake
    ) {
        self.service = service
        self.revision = revision
        self.component = component
        self.queue = queue
        self.wake = wake
        state = Mutex(State(admission: Admission(seed: seed), rules: rules))
    }

    deinit {
        for held in state.withLock({ Array($0.held.values) }) {
            held.alarm?.cancel()
            held.promise.fail(CancellationError())
        }
    }

    /// Whether there is a pod that takes requests.
    var isServing: Bool { serving.load(ordering: .relaxed) }

    /// The numbers now.
    var measures: RevisionMeasures {
        state.withLock { state in
            RevisionMeasures(
                service: service, revision: revision, inFlight: state.admission.inFlight,
                waiting: state.admission.waiting, counts: state.counts)
        }
    }

    /// Gives a request a place, or lets it wait; nil where the gate is closed.
    func enter(_ facts: PassageFacts, on loop: any EventLoop) -> Dispatch? {
        let (place, isReady) = state.withLock { state in
            (state.isClosed ? nil : Self.place(state.admission.admit(now: facts.arrival), in: state), state.isReady)
        }
        if let place {
            if !isReady { askToWake(now: facts.arrival) }
            return .forward(Passage(facts, gate: self, place: place, start: facts.arrival))
        }
        let held = HeldRequest(facts: facts, loop: loop, promise: loop.makePromise(of: Passage.self))
        let future = held.promise.futureResult
        switch join(held, now: facts.arrival) {
        case .closed:
            held.promise.fail(CancellationError())
            return nil
        case .settled: return .hold(Held(passage: future) {})
        case .waits(let ticket): return .hold(Held(passage: future) { [weak self] in self?.giveUp(ticket) })
        }
    }

    /// A passage for a copy of a request; nil where no place is free at once.
    func passCopy(of facts: PassageFacts, now: NIODeadline) -> Passage? {
        let place = state.withLock { state in
            let place = state.isClosed ? nil : Self.place(state.admission.admit(now: now), in: state)
            if place == nil { state.counts.countLostCopy() }
            return place
        }
        guard let place else {
            if !isServing { askToWake(now: now) }
            return nil
        }
        var copy = facts
        copy.mirror = nil
        copy.setCookie = nil
        copy.payload = nil
        return Passage(copy, gate: self, place: place, start: now)
    }
}

extension Gate {
    /// Lets a request in or wait whose client has a promise already.
    ///
    /// - Returns: Whether the promise is kept, will be, or is still the caller's.
    func join(_ request: HeldRequest, now: NIODeadline) -> Joining {
        var request = request
        let facts = request.facts
        let (arrival, place, isReady) = state.withLock { state -> (Admission.Arrival?, Place?, Bool) in
            guard !state.isClosed else { return (nil, nil, true) }
            let bound = state.rules.queue
            let arrival = state.admission.arrive(
                now: now, wakeBy: facts.wakeBy, deadline: facts.deadline(from: facts.arrival),
                hasRoom: { queue.enter(bound: bound) })
            request.foundNoPod = !state.admission.hasPods
            if request.foundNoPod, state.asleepSince == nil { state.asleepSince = now }
            switch arrival {
            case .admitted(let slot): return (arrival, Self.place(slot, in: state), state.isReady)
            case .waits(let ticket, _): state.held[ticket] = request
            case .refused(let refusal): state.counts.count(refusal)
            }
            return (arrival, nil, state.isReady)
        }
        if !isReady { askToWake(now: now) }
        switch arrival {
        case .admitted:
            if let place { succeed(request, place: place, now: now) }
        case .refused(let refusal): request.promise.fail(answer(refusal, facts: facts))
        case .waits(let ticket, let until):
            setAlarm(ticket, at: until, on: request.loop)
            return .waits(ticket)
        case nil: return .closed
        }
        return .settled
    }

    /// Takes a request out of the queue whose client has gone.
    func giveUp(_ ticket: Admission.Ticket) {
        let held = state.withLock { state in
            state.admission.giveUp(ticket) ? state.held.removeValue(forKey: ticket) : nil
        }
        guard let held else { return }
        queue.leave()
        held.alarm?.cancel()
        held.promise.fail(CancellationError())
    }

    /// Moves a passage to another pod.
    func move(from slot: Int, not tried: [PodAddress]) -> Place? {
        let now = NIODeadline.now()
        let (place, outcome) = state.withLock { state -> (Place?, Outcome) in
            guard let (next, releases) = state.admission.move(from: slot, now: now, not: tried) else {
                return (nil, Outcome())
            }
            state.counts.countRetry()
            return (Self.place(next, in: state), Self.outcome(of: releases, in: &state))
        }
        perform(outcome, now: now)
        return place
    }

    /// Frees a passage's place.
    ///
    /// - Parameter end: How it ended; nil for what is not counted.
    func leave(slot: Int, end: PassageEnd?) {
        let outcome = state.withLock { state in
            if let end { state.counts.count(end) }
            // The clock is asked only where somebody may wait for the place.
            guard state.admission.waiting > 0 else {
                _ = state.admission.leave(slot: slot, now: .distantPast)
                return Outcome()
            }
            return Self.outcome(of: state.admission.leave(slot: slot, now: .now()), in: &state)
        }
        perform(outcome, now: nil)
    }

    /// Replaces the pods and the rules.
    ///
    /// - Parameter generation: Rises from change to change; what comes late is passed over.
    func set(
        _ backends: Backends, bounds: AdmissionBounds, rules: Rules, generation: UInt64, now: NIODeadline = .now()
    ) {
        let outcome = state.withLock { state in
            guard generation > state.generation, !state.isClosed else { return Outcome() }
            state.generation = generation
            state.rules = rules
            state.isReady = backends.isReady
            if !backends.addresses.isEmpty, let since = state.asleepSince {
                state.counts.countWake(now - since)
                state.asleepSince = nil
            }
            let hadPods = state.admission.hasPods
            let releases = state.admission.set(backends.addresses, bounds: bounds, now: now)
            serving.store(state.admission.hasPods, ordering: .relaxed)
            var outcome = Self.outcome(of: releases, in: &state)
            outcome.mustWake = !state.isReady && state.admission.waiting > 0
            if hadPods, !state.admission.hasPods { outcome.hurried = state.held.map { ($0.key, $0.value) } }
            return outcome
        }
        perform(outcome, now: now)
    }

    /// Lets nobody in any more.
    ///
    /// - Returns: Who waited, in order; they are the caller's.
    func close() -> [HeldRequest] {
        let held = state.withLock { state in
            state.isClosed = true
            return state.admission.disband().compactMap { state.held.removeValue(forKey: $0) }
        }
        serving.store(false, ordering: .relaxed)
        for request in held {
            queue.leave()
            request.alarm?.cancel()
        }
        return held
    }

    private func setAlarm(_ ticket: Admission.Ticket, at until: NIODeadline, on loop: any EventLoop) {
        let alarm = loop.scheduleTask(deadline: until) { [weak self] in self?.expire(ticket) ?? () }
        let isHeld = state.withLock { state in
            state.held[ticket]?.alarm = alarm
            return state.held[ticket] != nil
        }
        if !isHeld { alarm.cancel() }
    }

    private func expire(_ ticket: Admission.Ticket) {
        let now = NIODeadline.now()
        let (release, held, isReady) = state.withLock { state -> (Admission.Release?, HeldRequest?, Bool) in
            let release = state.admission.expire(ticket, now: now)
            switch release {
            case .refused(_, let refusal):
                state.counts.count(refusal)
                return (release, state.held.removeValue(forKey: ticket), state.isReady)
            case .waits, .admitted, nil: return (release, state.held[ticket], state.isReady)
            }
        }
        guard let held else { return }
        switch release {
        case .refused(_, let refusal):
            queue.leave()
            held.promise.fail(answer(refusal, facts: held.facts))
        case .waits(_, let until):
            setAlarm(ticket, at: until, on: held.loop)
            if !isReady { askToWake(now: now) }
        case .admitted, nil: break
        }
    }

    private func askToWake(now: NIODeadline) {
        let isDue = state.withLock { state in
            if let asked = state.askedToWake, now < asked + .seconds(1) { return false }
            state.askedToWake = now
            return !state.isClosed
        }
        if isDue { wake(service, revision) }
    }

    private func perform(_ outcome: Outcome, now: NIODeadline?) {
        for (held, place) in outcome.places {
            queue.leave()
            held.alarm?.cancel()
            succeed(held, place: place, now: now ?? .now())
        }
        for (ticket, held) in outcome.hurried where held.facts.wakeBy < held.facts.deadline(from: held.facts.arrival) {
            held.alarm?.cancel()
            setAlarm(ticket, at: held.facts.wakeBy, on: held.loop)
        }
        if outcome.mustWake { askToWake(now: now ?? .now()) }
    }

    private func succeed(_ held: HeldRequest, place: Place, now: NIODeadline) {
        let start = held.foundNoPod ? max(now, held.facts.arrival) : held.facts.arrival
        held.promise.succeed(Passage(held.facts, gate: self, place: place, start: start))
    }

    private static func place(_ slot: Int?, in state: borrowing State) -> Place? {
        slot.map { Place(slot: $0, address: state.admission.slots[$0].address) }
    }

    private static func outcome(of releases: [Admission.Release], in state: inout State) -> Outcome {
        var outcome = Outcome()
        for case .admitted(let ticket, let slot) in releases {
            guard let held = state.held.removeValue(forKey: ticket), let place = place(slot, in: state) else {
                continue
            }
            outcome.places.append((held, place))
        }
        return outcome
    }

    private func answer(_ refusal: Refusal, facts: PassageFacts) -> LocalAnswer {
        refusal.answer(to: facts, at: self, queue: state.withLock(\.rules.queue))
    }
}

import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHTTP1
import Synchronization

/// A service's route with what lives longer than it: its gates, its queue and whose turn it is.
final class LiveService: Sendable {
    /// What outlives every route of a service.
    final class Memory: Sendable {
        let queue = ServiceQueue()
        let turn = Atomic<UInt64>(0)
    }

    let route: ServiceRoute
    let lanes: [Lane]
    private let choice: RevisionChoice
    private let memory: Memory
    private let log: PayloadLog?

    /// Makes the gates of new revisions, and keeps those of revisions that stay.
    init(_ route: ServiceRoute, after old: LiveService?, log: PayloadLog?, wake: @escaping Dispatcher.Wake) {
        let memory = old?.memory ?? Memory()
        let gates = Dictionary(
            (old?.lanes ?? []).flatMap(\.gates).map { (GateName(revision: $0.revision, component: $0.component), $0) },
            uniquingKeysWith: { $1 })
        func gate(_ revision: RevisionRoute, _ component: ServiceComponent) -> Gate {
            gates[GateName(revision: revision.name, component: component)]
                ?? Gate(
                    service: route.key, revision: revision.name, component: component, rules: route.rules,
                    queue: memory.queue, seed: .random(in: .min ... .max), wake: wake)
        }
        let isOpen = route.closed == nil
        lanes =
            !isOpen
            ? []
            : route.revisions.map { revision in
                Lane(
                    revision: revision, entry: gate(revision, .predictor),
                    explainer: revision.explainer == nil ? nil : gate(revision, .explainer))
            }
        choice = RevisionChoice(isOpen ? route.revisions : [], service: route.key)
        self.route = route
        self.memory = memory
        self.log = log
    }

    /// Tells the gates what has changed.
    func settle(generation: UInt64) {
        for lane in lanes {
            lane.entry.set(
                lane.revision.entry, bounds: lane.revision.bounds, rules: route.rules, generation: generation)
            lane.explainer?.set(
                lane.revision.explainer ?? .none, bounds: AdmissionBounds(), rules: route.rules,
                generation: generation)
        }
    }

    /// Gives a request a place that waited at a gate that is gone.
    ///
    /// - Returns: False where this route has just been replaced; the request is still the caller's.
    func take(over request: HeldRequest) -> Bool {
        let turn = memory.turn.wrappingAdd(1, ordering: .relaxed).newValue
        guard let index = request.facts.user.map(choice.lasting) ?? choice.inTurn(turn) else {
            let answer = route.closed ?? LocalAnswer(.serviceUnavailable, error: "\(route.key) serves nothing")
            request.promise.fail(request.facts.isGRPC ? answer.inGRPC : answer)
            return true
        }
        let lane = lanes[serving(index)]
        let gate = (request.facts.isExplanation ? lane.explainer ?? lane.entry : lane.entry)
        if case .closed = gate.join(request, now: .now()) { return false }
        return true
    }
}

extension LiveService {
    private struct GateName: Hashable {
        var revision: String
        var component: ServiceComponent
    }

    /// Where a request goes.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - prefix: How many bytes of its path named the service.
    ///   - loop: Its event loop.
    /// - Returns: Nil where this route has just been replaced.
    func dispatch(_ request: RequestFacts, prefix: Int, on loop: any EventLoop) -> Dispatch? {
        if let closed = route.closed { return .answer(request.isGRPC ? closed.inGRPC : closed) }
        let path = prefix == 0 ? request.path : Self.rest(of: request.path, after: prefix)
        let plain = path.utf8.firstIndex(of: UInt8(ascii: "?")).map { path[..<$0] } ?? path[...]
        let kind = RequestKind(request, path: plain, route: route)
        var facts = PassageFacts(
            path: path, arrival: request.now, timeout: route.rules.timeout, wakeTimeout: route.rules.wakeTimeout)
        facts.isGRPC = request.isGRPC
        if request.isGRPC, let text = request.headers.first(name: "grpc-timeout"),
            let timeout = GRPCTimeout.parse(text)
        {
            facts.clientDeadline = request.now + timeout
        }
        facts.isRetrySafe = RequestKind.isSafe(request, path: plain, in: route.inferenceProtocol)
        facts.isExplanation = kind == .explanation
        if case .probe(let probe) = kind { return answer(probe, request, facts: facts, on: loop) }
        let turn = memory.turn.wrappingAdd(1, ordering: .relaxed).newValue
        recognize(request, prefix: prefix, in: &facts)
        guard let index = facts.user.map(choice.lasting) ?? choice.inTurn(turn) else {
            return .answer(LocalAnswer(.serviceUnavailable, error: "\(route.key) serves nothing"))
        }
        let lane = lanes[serving(index)]
        if kind == .inference { facts.mirror = mirror(turn, except: lane.revision.name) }
        facts.payload = sample(
            request, turn: turn, lane: lane, component: kind == .explanation ? .explainer : .predictor)
        let gate = kind == .explanation ? lane.explainer ?? lane.entry : lane.entry
        return gate.enter(facts, on: loop)
    }

    /// A question about health goes to any pod there is, and wakes none.
    private func answer(
        _ probe: Probe, _ request: RequestFacts, facts: PassageFacts, on loop: any EventLoop
    ) -> Dispatch? {
        var facts = facts
        facts.isProbe = true
        let weighted = lanes.filter { $0.revision.weight > 0 }
        if let lane = weighted.first(where: { $0.entry.isServing }) { return lane.entry.enter(facts, on: loop) }
        if request.isGRPC, request.subject == nil { return .read }
        let isReady = weighted.contains(where: \.revision.isAsleep)
        if let answer = probe.answer(for: route, isReady: isReady, inGRPC: request.isGRPC) { return .answer(answer) }
        let answer = LocalAnswer(.serviceUnavailable, error: "no pod of \(route.key) is ready", retryAfter: 1)
        return .answer(request.isGRPC ? answer.inGRPC : answer)
    }

    /// Finds out who sent a request, where the service cares.
    private func recognize(_ request: RequestFacts, prefix: Int, in facts: inout PassageFacts) {
        switch route.sticky {
        case .header(let name):
            if let user = request.headers.first(name: name), !user.isEmpty { facts.user = Spread.hash(user) }
        case .cookie(let name):
            if let user = CookieJar.value(of: name, in: request.headers) {
                facts.user = Spread.hash(user)
            } else {
                let user = CookieJar.makeValue()
                facts.user = Spread.hash(user)
                facts.setCookie = CookieJar.field(name, value: user, path: request.path.utf8.prefix(prefix).text)
            }
        case nil: break
        }
    }

    /// A revision that is to have pods, but has none now, gives way to one of the same variant that has some.
    private func serving(_ index: Int) -> Int {
        let lane = lanes[index]
        guard !lane.entry.isServing, !lane.revision.isAsleep else { return index }
        return choice.siblings(of: index).first { lanes[$0].entry.isServing } ?? index
    }

    private func mirror(_ turn: UInt64, except revision: String) -> Gate? {
        for lane in lanes where lane.revision.mirror > 0 && lane.revision.name != revision {
            let share = (turn &* Spread.rootOfTwo).multipliedFullWidth(by: 100).high
            return share < UInt64(lane.revision.mirror) ? lane.entry : nil
        }
        return nil
    }

    private func sample(
        _ request: RequestFacts, turn: UInt64, lane: Lane, component: ServiceComponent
    ) -> PayloadSample? {
        guard let rule = route.payloads, let log, turn &* Spread.rootOfThree <= rule.threshold else { return nil }
        return PayloadSample(
            request, rule: rule, service: route.key, revision: lane.revision.name, component: component, log: log)
    }

    private static func rest(of path: String, after prefix: Int) -> String {
        let rest = String(path.utf8.dropFirst(prefix)) ?? "/"
        return rest.utf8.first == UInt8(ascii: "/") ? rest : "/\(rest)"
    }
}

extension Substring.UTF8View {
    fileprivate var text: Substring { Substring(self) }
}

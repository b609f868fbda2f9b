import ControllerMachines
import Foundation
import KubernetesCore
import PropertyTesting

/// Hosts that compete for a lease over a bad network, in steps of 50 ms of true time.
struct LeaseSimulation {
    private struct Request {
        var action: LeaseMachine.Action
        var reachesServerAt: Double
        var answeredAt: Double
        var answer: Result<LeaseView?, Refusal>?
        var isLost: Bool
    }

    private enum Refusal: Error { case conflict }

    private struct Host {
        var machine: LeaseMachine
        let offset: Double
        let rate: Double
        var request: Request?
        /// Cut off from the server until then.
        var isolatedUntil = 0.0
    }

    private var random: SeededGenerator
    private var hosts: [Host] = []
    private var lease: LeaseView?
    private var version = 0
    private var starts = 0
    private var stepsWithLeader = 0
    private var steps = 0
    private var lastLeader: String?
    private(set) var time = 0.0
    private(set) var terms = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for _ in 0..<3 { hosts.append(newHost()) }
    }

    var leaders: [String] {
        hosts.filter { $0.machine.isLeading(now: elapsed($0)) }.map { $0.machine.holder ?? "?" }
    }

    var timeWithLeader: Double { Double(stepsWithLeader) / Double(max(1, steps)) }

    mutating func step() {
        time += 0.05
        steps += 1
        for index in hosts.indices { step(index) }
        if let leader = leaders.first {
            stepsWithLeader += 1
            if leader != lastLeader { terms += 1 }
            lastLeader = leader
        }
    }

    /// A host whose clock is off by up to a day and runs up to a fifth too slow or too fast: 1.2 / 0.8 is the 1.5 that
    /// 15 s / 10 s allow.
    private mutating func newHost() -> Host {
        starts += 1
        return Host(
            machine: LeaseMachine(identity: "host-\(starts)"), offset: Double.random(in: 0...86_400, using: &random),
            rate: Double.random(in: 0.8...1.2, using: &random))
    }

    private func elapsed(_ host: Host) -> Duration { .seconds(host.offset + host.rate * time) }

    private mutating func step(_ index: Int) {
        if random.chance(0.0005) { hosts[index].isolatedUntil = time + Double.random(in: 0...40, using: &random) }
        if random.chance(0.0002) { hosts[index].machine.release() }
        let now = elapsed(hosts[index])
        if hosts[index].request != nil {
            progress(index, now)
            return
        }
        let date = Date(timeIntervalSince1970: hosts[index].offset)
        switch hosts[index].machine.next(now: now, date: date, random: random.unit()) {
        case .wait: break
        case .lost, .released: hosts[index] = newHost()
        case .read, .create, .update:
            // Asking again brings the same, and notes when the request began.
            let action = hosts[index].machine.next(now: now, date: date, random: random.unit())
            let out = Double.random(in: 0...(random.chance(0.02) ? 20 : 0.5), using: &random)
            let back = Double.random(in: 0...(random.chance(0.02) ? 20 : 0.5), using: &random)
            let isCut = time < hosts[index].isolatedUntil
            hosts[index].request = Request(
                action: action, reachesServerAt: isCut ? .infinity : time + out,
                answeredAt: isCut ? time + 10 : time + out + back, answer: nil, isLost: isCut || random.chance(0.02))
        }
    }

    private mutating func progress(_ index: Int, _ now: Duration) {
        guard var request = hosts[index].request else { return }
        if request.answer == nil, time >= request.reachesServerAt { request.answer = serve(request.action) }
        hosts[index].request = request
        guard time >= request.answeredAt else { return }
        hosts[index].request = nil
        guard !request.isLost, let answer = request.answer else {
            hosts[index].machine.failed(isConflict: false, now: now, random: random.unit())
            return
        }
        switch answer {
        case .failure: hosts[index].machine.failed(isConflict: true, now: now, random: random.unit())
        case .success(let found):
            if case .read = request.action {
                hosts[index].machine.observed(found, now: now)
            } else if let found {
                hosts[index].machine.wrote(found, now: now)
            }
        }
    }

    private mutating func serve(_ action: LeaseMachine.Action) -> Result<LeaseView?, Refusal> {
        switch action {
        case .read: return .success(lease)
        case .create(let spec):
            guard lease == nil else { return .failure(.conflict) }
            return .success(store(spec))
        case .update(let spec, let expected):
            guard lease?.metadata.resourceVersion == expected else { return .failure(.conflict) }
            return .success(store(spec))
        case .wait, .lost, .released: return .failure(.conflict)
        }
    }

    private mutating func store(_ spec: LeaseSpec) -> LeaseView {
        version += 1
        let stored = LeaseView(
            metadata: ObjectMeta(name: "lease", resourceVersion: ResourceVersion("\(version)")), spec: spec)
        lease = stored
        return stored
    }
}

import NIOCore
import PropertyTesting

@testable import FairleadRouter

/// An ``Admission`` under random use, with what must hold after every step.
struct AdmissionModel {
    private(set) var problem: String?
    private var admission: Admission
    private var random: SeededGenerator
    private var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var bounds = AdmissionBounds()
    private var pods: Set<PodAddress> = []
    /// Those that are in: their slots, and the pods at which they are, whether these still take requests or not.
    private var inside: [(slot: Int, pod: PodAddress)] = []
    /// Those that wait, in order, with what they wait for.
    private var waiting: [(ticket: Admission.Ticket, wakeBy: NIODeadline, deadline: NIODeadline)] = []
    private var room = 20

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        admission = Admission(seed: seed)
        changePods()
    }

    mutating func step() {
        now = now + .milliseconds(Int64.random(in: 0...400, using: &random))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: arrive()
        case 45..<75: leave()
        case 75..<80: changePods()
        case 80..<82: flap()
        case 82..<90: expire()
        case 90..<95: giveUp()
        default: move()
        }
        check()
    }

    /// Lets all go, and looks whether anything is left.
    mutating func finish() {
        let tickets = admission.disband()
        if tickets != waiting.map(\.ticket) { problem = "who waited: \(tickets), not \(waiting.map(\.ticket))" }
        waiting = []
        while problem == nil, !inside.isEmpty { leave() }
        if admission.inFlight != 0 || admission.waiting != 0 { problem = "something is left" }
    }

    private mutating func arrive() {
        let wakeBy = now + .milliseconds(Int64.random(in: 0...3000, using: &random))
        let deadline = now + .milliseconds(Int64.random(in: 0...6000, using: &random))
        let isCrowded = waiting.count >= room
        switch admission.arrive(now: now, wakeBy: wakeBy, deadline: deadline, hasRoom: { !isCrowded }) {
        case .admitted(let slot):
            if !waiting.isEmpty { problem = "one came past those who wait" }
            enter(slot)
        case .waits(let ticket, let until):
            if isCrowded { problem = "too many wait" }
            if until != (pods.isEmpty ? wakeBy : deadline) { problem = "waits until \(until)" }
            waiting.append((ticket, wakeBy, deadline))
        case .refused(.queueFull): if !isCrowded { problem = "refused with room" }
        case .refused(.notAwake): if !pods.isEmpty || wakeBy > now { problem = "refused for sleep" }
        case .refused(.deadline): if pods.isEmpty || deadline > now { problem = "refused for time" }
        }
    }

    private mutating func leave() {
        guard let index = inside.indices.randomElement(using: &random) else { return }
        take(admission.leave(slot: inside.remove(at: index).slot, now: now))
    }

    private mutating func changePods() {
        pods = Set((1...4).filter { _ in random.chance(0.5) }.map { PodAddress(host: "10.0.0.\($0)", port: 8080) })
        if random.chance(0.3) {
            bounds = AdmissionBounds(
                perPod: random.chance(0.7) ? Int.random(in: 1...3, using: &random) : nil,
                total: random.chance(0.3) ? Int.random(in: 0...6, using: &random) : nil)
        }
        take(admission.set(pods.sorted { $0.host < $1.host }, bounds: bounds, now: now))
    }

    /// A pod that is not ready for a moment.
    private mutating func flap() {
        guard let pod = pods.randomElement(using: &random) else { return }
        let rest = pods.subtracting([pod])
        for ready in [rest, pods] {
            pods = ready
            take(admission.set(ready.sorted { $0.host < $1.host }, bounds: bounds, now: now))
        }
    }

    private mutating func expire() {
        guard let index = waiting.indices.randomElement(using: &random) else { return }
        let waiter = waiting[index]
        let until = pods.isEmpty ? waiter.wakeBy : waiter.deadline
        switch admission.expire(waiter.ticket, now: now) {
        case .refused(waiter.ticket, let refusal):
            if until > now || refusal != (pods.isEmpty ? .notAwake : .deadline) { problem = "refused \(refusal)" }
            waiting.remove(at: index)
        case .waits(waiter.ticket, until): if until <= now { problem = "waits on after its time" }
        case let other: problem = "expired to \(String(describing: other))"
        }
        if admission.expire(0, now: now) != nil { problem = "a ticket that is none" }
    }

    private mutating func giveUp() {
        guard let index = waiting.indices.randomElement(using: &random) else { return }
        let ticket = waiting.remove(at: index).ticket
        if !admission.giveUp(ticket) || admission.giveUp(ticket) { problem = "gave up other than once" }
    }

    private mutating func move() {
        guard let index = inside.indices.randomElement(using: &random) else { return }
        let (slot, pod) = inside[index]
        let tried = [pod]
        guard let (next, releases) = admission.move(from: slot, now: now, not: tried) else { return }
        if tried.contains(admission.slots[next].address) { problem = "moved to where it was" }
        inside.remove(at: index)
        enter(next)
        take(releases)
    }

    /// One is let in at a pod, which may have others from before it was gone for a while.
    private mutating func enter(_ slot: Int) {
        let pod = admission.slots[slot].address
        if let perPod = bounds.perPod, inside.count(where: { $0.pod == pod }) >= perPod {
            problem = "more than \(perPod) at \(pod)"
        }
        inside.append((slot, pod))
    }

    private mutating func take(_ releases: [Admission.Release]) {
        for release in releases {
            guard case .admitted(let ticket, let slot) = release, let first = waiting.first, first.ticket == ticket
            else {
                problem = "\(release) before \(String(describing: waiting.first?.ticket))"
                return
            }
            waiting.removeFirst()
            enter(slot)
        }
    }

    private mutating func check() {
        guard problem == nil else { return }
        if admission.inFlight != inside.count { problem = "\(admission.inFlight) in, not \(inside.count)" }
        if admission.waiting != waiting.count { problem = "\(admission.waiting) wait, not \(waiting.count)" }
        let live = admission.slots.filter(\.isLive)
        if Set(live.map(\.address)) != pods || live.count != pods.count { problem = "the pods are others" }
        let counts = Dictionary(grouping: inside, by: \.slot).mapValues(\.count)
        for (index, slot) in admission.slots.enumerated() where slot.inFlight != counts[index] ?? 0 {
            problem = "slot \(index) counts \(slot.inFlight)"
        }
        let hasTotal = bounds.total.map { inside.count < $0 } ?? true
        let hasPlace = live.contains { slot in bounds.perPod.map { slot.inFlight < $0 } ?? true }
        if !waiting.isEmpty, hasTotal, hasPlace { problem = "somebody waits for nothing" }
    }
}

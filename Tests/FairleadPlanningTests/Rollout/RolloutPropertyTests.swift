import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@Suite("Rollouts, whatever happens")
struct RolloutPropertyTests {
    private static let revisions = ["v1", "v2", "v3", "v4"]

    private static func randomSpec(_ generator: inout SeededGenerator) -> RolloutSpec {
        let steps = [[], [100], [0, 100], [0, 5, 25, 50, 100], [50], [1, 99]].randomElement(using: &generator) ?? []
        var spec = RolloutSpec(steps: steps, every: FairleadDuration(seconds: Int64(generator.next() % 120)))
        if generator.chance(0.7) { spec.checks.append(RolloutCheck(metric: .errorRate, max: 0.05)) }
        if generator.chance(0.3) { spec.checks.append(RolloutCheck(metric: .latencyP95, against: .stable)) }
        if generator.chance(0.3) { spec.minRequests = Int(generator.next() % 300) }
        if generator.chance(0.2) { spec.onFail = .pause }
        return spec
    }

    /// Something that happens to a service.
    private static func happen(_ world: inout RolloutWorld) {
        var generator = world.generator
        defer { world.generator = generator }
        let revision = revisions.randomElement(using: &generator) ?? "v1"
        switch generator.next() % 12 {
        case 0: world.wanted = generator.chance(0.1) ? nil : revision
        case 1, 2, 3: world.set(revision, .ready)
        case 4: world.set(revision, .pending, "no node has room")
        case 5: world.set(revision, generator.chance(0.3) ? .failed : .sleeping)
        case 6: world.behaviour[revision] = (generator.chance(0.5) ? 0 : 0.3, .milliseconds(20))
        case 7 where !world.routers.isEmpty:
            world.restartRouter(Int(generator.next() % UInt64(world.routers.count)))
        case 8 where world.routers.count > 1:
            world.removeRouter(Int(generator.next() % UInt64(world.routers.count)))
        case 9 where world.routers.count < 5: world.addRouter()
        case 10: world.restartController()
        case 11 where generator.chance(0.3): world.spec = randomSpec(&generator)
        default: world.now = world.now.addingTimeInterval(Double(generator.next() % 300))
        }
    }

    private static func check(_ world: inout RolloutWorld, _ output: RolloutOutput, _ context: Comment) {
        let serving = Set(world.readiness.filter { $0.value.isServing }.keys)
        #expect(output.weights.keys.allSatisfy { serving.contains($0) }, context)
        #expect(output.weights.values.allSatisfy { $0 > 0 }, context)
        let sum = output.weights.values.reduce(0, +)
        let isAnyoneThere = output.kept.contains { serving.contains($0) }
        #expect(sum == (isAnyoneThere ? 100 : 0), context)
        // What was replaced, taken back or is not wanted gets nothing.
        #expect(Set(output.weights.keys).isSubset(of: output.kept), context)
        if let wanted = world.wanted, let candidate = output.status.candidate { #expect(candidate == wanted, context) }
        #expect(output.status.candidate == nil || output.status.candidate != output.status.stable, context)
        if let failed = output.status.failed { #expect(output.weights[failed] == nil, context) }
        let again = RolloutMachine.plan(world.input(), now: world.now)
        #expect(again.status == output.status, context)
        #expect(again.weights == output.weights, context)
        #expect(again.events.isEmpty, context)
        #expect(again.outcome == output.outcome, context)
        if let wake = output.wakeAt { #expect(wake > world.now, context) }
    }

    @Test("weights go to ready revisions alone, sum to 100, and old candidates never leak back", arguments: 0..<80)
    func invariants(seed: Int) {
        var setup = SeededGenerator(seed: UInt64(seed))
        var world = RolloutWorld(Self.randomSpec(&setup), seed: UInt64(seed))
        world.wanted = "v1"
        for step in 0..<250 {
            Self.happen(&world)
            if world.generator.chance(0.6) {
                world.now = world.now.addingTimeInterval(1)
                world.send(40)
                world.report()
            }
            let output = world.plan()
            Self.check(&world, output, "seed \(seed), step \(step)")
        }
    }

    @Test("once nothing changes any more a rollout ends: the good takes over, the bad goes back", arguments: 0..<40)
    func ends(seed: Int) {
        var setup = SeededGenerator(seed: UInt64(seed))
        var spec = Self.randomSpec(&setup)
        spec.onFail = .rollback
        var world = RolloutWorld(spec, seed: UInt64(seed))
        world.wanted = "v1"
        for _ in 0..<60 {
            Self.happen(&world)
            world.second(requests: 20)
        }
        let isBad = !spec.checks.isEmpty && seed % 2 == 0
        world.spec = spec
        if let stable = world.status?.stable {
            world.set(stable, .ready)
            world.behaviour[stable] = (0, .milliseconds(20))
        }
        let candidate = "v5"
        world.set(candidate, .ready)
        world.behaviour[candidate] = (isBad ? 0.5 : 0, .milliseconds(20))
        let isFirst = world.status?.stable == nil
        world.wanted = candidate
        world.plan()
        world.run(3000, requests: 200) { $0.outcome != .underWay }
        let checksErrors = spec.checks.contains { $0.metric == .errorRate }
        if isBad, !isFirst, checksErrors {
            #expect(world.outcome.isRollback(of: candidate), "seed \(seed): \(String(describing: world.status))")
        } else {
            #expect(world.outcome == .finished(candidate), "seed \(seed): \(String(describing: world.status))")
        }
        // And stays as it is.
        let status = world.status
        world.run(500)
        #expect(world.status == status, "seed \(seed)")
    }

    @Test(
        "a failing candidate is back at 0 within two intervals after enough of its requests failed", arguments: 0..<30)
    func goesBackInTime(seed: Int) {
        let every = 30 + seed
        var world = RolloutWorld(
            RolloutSpec(
                steps: [10, 50, 100], every: FairleadDuration(seconds: Int64(every)),
                checks: [RolloutCheck(metric: .errorRate, max: 0.05)], minRequests: 50),
            seed: UInt64(seed), routers: 1 + seed % 4)
        world.start(with: "v1")
        world.wanted = "v2"
        world.set("v2", .ready)
        world.plan()
        world.run(seed * 3 % (2 * every))
        world.behaviour["v2"] = (0.2, .milliseconds(20))
        guard world.status?.phase == .progressing else { return }
        if seed % 3 == 0 { world.restartController() }
        let seconds = world.run(2 * every + 1, requests: 100) { $0.status?.phase == .rolledBack }
        #expect(seconds <= 2 * every, "seed \(seed)")
        #expect(world.weights == ["v1": 100], "seed \(seed)")
    }
}

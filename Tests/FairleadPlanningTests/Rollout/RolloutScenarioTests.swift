import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

@Suite("Rollouts")
struct RolloutScenarioTests {
    private static let canary = RolloutSpec(
        steps: [0, 5, 25, 50, 100], every: FairleadDuration(seconds: 600),
        checks: [
            RolloutCheck(metric: .errorRate, max: 0.01),
            RolloutCheck(metric: .latencyP95, maxLatency: FairleadDuration("80ms")),
        ])

    private static func world(_ spec: RolloutSpec = canary, seed: UInt64 = 1) -> RolloutWorld {
        var world = RolloutWorld(spec, seed: seed)
        world.start(with: "v1")
        world.wanted = "v2"
        world.set("v2", .pending)
        world.plan()
        return world
    }

    @Test("the first revision gets everything as soon as it is ready, whatever the steps say")
    func first() {
        var world = RolloutWorld(Self.canary)
        world.wanted = "v1"
        world.set("v1", .loading, "fetches s3://models/churn")
        world.plan()
        #expect(world.weights.isEmpty)
        #expect(world.status?.message == "waits until revision v1 is ready: fetches s3://models/churn")
        #expect(world.outcome == .underWay)
        world.set("v1", .ready)
        world.plan()
        #expect(world.weights == ["v1": 100])
        #expect(world.status?.stable == "v1")
        #expect(world.outcome == .finished("v1"))
    }

    @Test("without steps and checks a revision takes over as soon as it is ready")
    func plain() {
        var world = Self.world(RolloutSpec())
        #expect(world.weights == ["v1": 100])
        world.set("v2", .ready)
        world.plan()
        #expect(world.weights == ["v2": 100])
        #expect(world.status?.phase == .succeeded)
        #expect(world.events.map(\.reason) == ["RolloutSucceeded", "RolloutStarted", "RolloutSucceeded"])
    }

    @Test("S1: a canary that never becomes ready gets no request, and is rolled back with the reason")
    func neverReady() {
        var world = Self.world()
        world.set("v2", .loading, "container kserve-container: CrashLoopBackOff")
        let seconds = world.run(1300) { $0.status?.phase == .rolledBack }
        #expect((1199...1201).contains(seconds))
        #expect(world.served["v2"] == nil)
        #expect(world.served["v1"]?.requests == seconds * 50)
        #expect(world.weights == ["v1": 100])
        #expect(world.status?.failed == "v2")
        let message = "revision v2 was taken back at 0%: it was not ready within 20m: container kserve-container: "
        #expect(world.status?.message == message + "CrashLoopBackOff")
        #expect(world.events.last?.isWarning == true)
        #expect(world.outcome == .rolledBack("v2", message: message + "CrashLoopBackOff"))
        // Ready after all: it is not tried again.
        world.set("v2", .ready)
        world.run(3600)
        #expect(world.served["v2"] == nil)
    }

    @Test("what cannot be loaded at all is rolled back at once")
    func cannotLoad() {
        var world = Self.world()
        world.set("v2", .failed, "the model's digest is another")
        world.plan()
        #expect(world.status?.phase == .rolledBack)
        #expect(world.status?.message?.hasSuffix("it can not be loaded: the model's digest is another") == true)
    }

    @Test("S2: a canary with 2 % errors is back at 0 within two intervals", arguments: 1...6)
    func badCanary(seed: Int) {
        var world = Self.world(seed: UInt64(seed))
        world.behaviour["v2"] = (0.02, .milliseconds(20))
        world.set("v2", .ready)
        world.plan()
        // The dark step has no requests to judge by.
        world.run(601)
        #expect(world.status?.step == 1)
        let seconds = world.run(1201, requests: 200) { $0.status?.phase == .rolledBack }
        #expect(seconds <= 1200)
        #expect(world.weights == ["v1": 100])
        #expect(world.status?.message?.contains("errorRate is 0.0") == true)
        let touched = world.served["v2"]?.errors ?? 0
        let all = world.served.values.reduce(0) { $0 + $1.requests }
        #expect(Double(touched) < 0.02 * Double(all))
    }

    @Test("5 % errors are seen with the first hundred or two of requests")
    func worseCanary() {
        var world = Self.world()
        world.behaviour["v2"] = (0.05, .milliseconds(20))
        world.set("v2", .ready)
        world.run(2000, requests: 200) { $0.status?.phase == .rolledBack }
        #expect(world.status?.phase == .rolledBack)
        #expect((world.served["v2"]?.requests ?? 0) < 400)
    }

    @Test("a slow canary fails its latency check")
    func slowCanary() {
        var world = Self.world()
        world.behaviour["v2"] = (0, .milliseconds(120))
        world.set("v2", .ready)
        world.run(2000) { $0.status?.phase == .rolledBack }
        #expect(world.status?.message?.contains("latencyP95 is 1") == true)
        #expect(world.status?.message?.contains("above 80ms") == true)
    }

    @Test("a good canary goes to 100 by its steps, each as long as it is said, and the last one too")
    func goodCanary() {
        var world = Self.world()
        world.set("v2", .ready)
        world.plan()
        var seen: [Int: Int] = [:]
        let seconds = world.run(4000) { world in
            if world.status?.phase == .progressing { seen[world.weights["v2"] ?? 0, default: 0] += 1 }
            return world.status?.phase == .succeeded
        }
        #expect((2995...3010).contains(seconds))
        #expect(Set(seen.keys) == [0, 5, 25, 50, 100])
        #expect(seen.values.allSatisfy { (595...605).contains($0) })
        #expect(world.weights == ["v2": 100])
        #expect(world.outcome == .finished("v2"))
        #expect(world.status?.stable == "v2")
        #expect(world.status?.candidate == nil)
        let steps = world.events.filter { $0.reason == "RolloutStep" }.map(\.note)
        #expect(steps == [0, 5, 25, 50, 100].map { "revision v2 gets \($0)% of the requests" })
    }

    @Test("too few requests decide nothing, in neither direction, and the status says so")
    func tooFew() {
        var world = Self.world()
        world.behaviour["v2"] = (1, .milliseconds(20))
        world.set("v2", .ready)
        world.plan()
        world.run(601)
        world.run(3600, requests: 0)
        #expect(world.weights == ["v1": 95, "v2": 5])
        world.restartController()
        world.plan()
        world.run(10, requests: 0)
        #expect(world.weights == ["v1": 95, "v2": 5])
        #expect(world.status?.message?.hasSuffix("of 100 requests: too few to decide") == true)
    }

    @Test("a controller that starts anew in the middle goes on, and a bad canary still goes back")
    func restart() {
        var world = Self.world()
        world.set("v2", .ready)
        world.plan()
        world.run(900)
        #expect(world.status?.step == 1)
        world.restartController()
        world.plan()
        #expect(world.weights == ["v1": 95, "v2": 5])
        world.run(310)
        #expect(world.status?.step == 2)
        world.restartController()
        world.behaviour["v2"] = (0.5, .milliseconds(20))
        let seconds = world.run(600) { $0.status?.phase == .rolledBack }
        #expect(seconds < 60)
    }

    @Test("routers that start anew, vanish and come neither hide errors nor make any up")
    func routerRestarts() {
        var world = Self.world()
        world.set("v2", .ready)
        world.plan()
        let seconds = world.run(4000, requests: 20) { world in world.status?.phase == .succeeded }
        #expect(seconds < 4000)
        world = Self.world()
        world.behaviour["v2"] = (0.03, .milliseconds(20))
        world.set("v2", .ready)
        world.plan()
        var second = 0
        while world.status?.phase != .rolledBack, second < 4000 {
            world.second(requests: 100)
            second += 1
            if second % 7 == 0 { world.restartRouter(0) }
            if second % 11 == 0 {
                world.removeRouter(1)
                world.addRouter()
            }
        }
        #expect(world.status?.phase == .rolledBack)
        #expect(second < 1200)
    }

    @Test("onFail: Pause keeps the weights, whatever the figures do, until the spec is changed")
    func pause() {
        var spec = Self.canary
        spec.onFail = .pause
        var world = Self.world(spec)
        world.behaviour["v2"] = (0.05, .milliseconds(20))
        world.set("v2", .ready)
        world.run(2000) { $0.status?.phase == .paused }
        #expect(world.weights == ["v1": 95, "v2": 5])
        world.run(3600)
        #expect(world.weights == ["v1": 95, "v2": 5])
        #expect(world.events.filter { $0.reason == "RolloutPaused" }.count == 1)
        // Good figures again, or none: nobody has decided anything.
        world.behaviour["v2"] = nil
        world.run(3600, requests: 500)
        world.set("v2", .pending)
        world.run(60)
        world.set("v2", .ready)
        world.run(60)
        #expect(world.status?.phase == .paused)
        #expect(world.weights == ["v1": 95, "v2": 5])
        world.spec.checks[0].max = 0.5
        world.plan()
        #expect(world.status?.phase == .progressing)
        #expect(world.weights == ["v1": 75, "v2": 25])
    }

    @Test("another wish in the middle replaces the candidate, and the old one never comes back")
    func replaced() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(1300)
        #expect(world.weights["v2"] == 25)
        world.wanted = "v3"
        world.set("v3", .pending)
        world.plan()
        #expect(world.weights == ["v1": 100])
        world.set("v3", .ready)
        world.run(1300) { world in
            #expect(world.weights["v2"] == nil)
            return false
        }
        #expect(world.weights == ["v1": 75, "v3": 25])
        #expect(world.events.contains { $0.note == "revision v3 is to take over from v1 instead of v2" })
    }

    @Test("going back to what is stable ends the rollout, and a failed revision may be tried again after that")
    func goingBack() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(700)
        world.wanted = "v1"
        world.plan()
        #expect(world.weights == ["v1": 100])
        #expect(world.outcome == .finished("v1"))
        #expect(world.status?.candidate == nil)
        world.wanted = "v2"
        world.behaviour["v2"] = (1, .milliseconds(20))
        world.run(2000) { $0.status?.phase == .rolledBack }
        #expect(world.outcome.isRollback(of: "v2"))
        world.run(100)
        #expect(world.status?.phase == .rolledBack)
        world.wanted = "v1"
        world.plan()
        #expect(world.outcome == .finished("v1"))
        #expect(world.status?.phase == .rolledBack)
        world.wanted = "v2"
        world.plan()
        #expect(world.status?.candidate == "v2")
    }

    @Test("a stable revision that loses its pods leaves everything to a healthy candidate, and gets its share back")
    func stableLost() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(700)
        world.set("v1", .pending)
        world.plan()
        #expect(world.weights == ["v2": 100])
        #expect(world.status?.step == 1)
        // There is nowhere to go back to.
        world.behaviour["v2"] = (0.5, .milliseconds(20))
        world.run(60)
        #expect(world.weights == ["v2": 100])
        #expect(world.status?.message?.contains("revision v1 can not answer: the traffic stays") == true)
        world.set("v1", .ready)
        world.plan()
        #expect(world.weights == ["v1": 100])
        #expect(world.status?.phase == .rolledBack)
    }

    @Test("a candidate that loses its pods gets nothing, and goes on with its step when it is back")
    func candidateLost() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(1300)
        #expect(world.weights["v2"] == 25)
        world.set("v2", .pending, "evicted")
        world.plan()
        #expect(world.weights == ["v1": 100])
        #expect(world.status?.phase == .waiting)
        world.run(30)
        world.set("v2", .ready)
        world.plan()
        #expect(world.weights == ["v1": 75, "v2": 25])
        #expect((world.status?.requests ?? 0) > 500)
        world.run(460)
        #expect(world.weights == ["v1": 75, "v2": 25])
        world.run(40)
        #expect(world.weights == ["v1": 50, "v2": 50])
    }

    @Test("a candidate that crashes under load is taken back: at its third loss, or when it is not back in time")
    func crashing() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(700)
        for loss in 1...3 {
            #expect(world.status?.phase == .progressing)
            world.set("v2", .loading, "exit code 139")
            world.plan()
            #expect(world.status?.phase == (loss < 3 ? .waiting : .rolledBack))
            world.run(40)
            world.set("v2", .ready)
            world.run(20)
        }
        #expect(world.outcome.isRollback(of: "v2"))
        #expect(world.status?.message?.hasSuffix("it could answer no more 3 times: exit code 139") == true)

        // Once it is lost for the rest of the time, and once it has been back for long: a minute.
        for (back, seconds) in [(0, 1200), (2000, 60)] {
            world = Self.world()
            world.set("v2", .ready)
            world.run(700)
            if back > 0 {
                world.set("v2", .loading)
                world.run(10)
                world.set("v2", .ready)
                world.run(back)
            }
            world.set("v2", .loading)
            let passed = world.run(1300) { $0.status?.phase == .rolledBack }
            #expect((seconds - 1...seconds + 1).contains(passed), "\(passed)")
        }
    }

    @Test("steps that are changed in the middle never give more at once than the candidate has")
    func changedSteps() {
        for (steps, share) in [([5, 100], 5), ([50, 100], 50), ([5, 10, 20, 60], 20), ([], 100)] {
            var world = Self.world()
            world.set("v2", .ready)
            world.run(1300)
            #expect(world.weights == ["v1": 75, "v2": 25])
            world.spec.steps = steps
            world.plan()
            #expect(world.weights["v2"] == share, "\(steps)")
        }
    }

    @Test("where the stable revision is gone for good the one that is wanted serves, even one that failed")
    func stableGone() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(700)
        world.readiness["v1"] = nil
        world.plan()
        #expect(world.weights == ["v2": 100])
        #expect(world.outcome == .finished("v2"))
        world = Self.world()
        world.set("v2", .failed)
        world.plan()
        #expect(world.outcome.isRollback(of: "v2"))
        world.readiness = [:]
        world.plan()
        #expect(world.status?.candidate == "v2")
        world.set("v2", .ready)
        world.plan()
        #expect(world.weights == ["v2": 100])
    }

    @Test("where nothing may advance a bad candidate is taken back all the same, and its share is kept till then")
    func frozenAndBad() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(1300)
        world.wanted = nil
        let checks = world.spec.checks
        world.spec = RolloutSpec()
        world.run(700)
        #expect(world.weights == ["v1": 75, "v2": 25])
        #expect(world.status?.step == 2)
        world.spec = Self.canary
        world.plan()
        #expect(world.weights == ["v1": 75, "v2": 25])
        #expect(world.spec.checks == checks)
        world.behaviour["v2"] = (0.5, .milliseconds(20))
        world.run(60) { $0.status?.phase == .rolledBack }
        #expect(world.weights == ["v1": 100])
        world.wanted = "v2"
        world.plan()
        #expect(world.outcome.isRollback(of: "v2"))
    }

    @Test("against: Stable compares with the revision that serves")
    func againstStable() {
        let spec = RolloutSpec(
            steps: [50], every: FairleadDuration(seconds: 60),
            checks: [RolloutCheck(metric: .latencyP95, against: .stable)])
        var world = Self.world(spec)
        world.behaviour = ["v1": (0, .milliseconds(100)), "v2": (0, .milliseconds(105))]
        world.set("v2", .ready)
        world.run(300) { $0.status?.phase == .succeeded }
        #expect(world.weights == ["v2": 100])
        world = Self.world(spec)
        world.behaviour = ["v1": (0, .milliseconds(100)), "v2": (0, .milliseconds(200))]
        world.set("v2", .ready)
        world.run(300) { $0.status?.phase == .rolledBack }
        #expect(world.status?.message?.contains("above 1.2 times the stable revision's") == true)
    }

    @Test("nothing moves while nothing is wanted, and a revision that sleeps is as good as ready")
    func frozen() {
        var world = Self.world()
        world.set("v2", .ready)
        world.run(700)
        let before = world.status
        world.wanted = nil
        world.run(3600, requests: 0)
        #expect(world.status?.step == before?.step)
        #expect(world.weights == ["v1": 95, "v2": 5])
        world.set("v1", .sleeping)
        world.plan()
        #expect(world.weights == ["v1": 95, "v2": 5])
    }
}

extension RolloutOutput.Outcome {
    func isRollback(of revision: String) -> Bool {
        guard case .rolledBack(let failed, _) = self else { return false }
        return failed == revision
    }
}

import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// What becomes of a service when something goes wrong that nobody planned.
@Suite struct ServiceMishapTests {
    private func world(_ yaml: String) throws -> ServiceWorld {
        var world = try ServiceWorld(yaml)
        world.register(7)
        return world
    }

    /// A spec that can't be used moves nothing, not even in the middle of a rollout.
    @Test func aWrongSpecLeavesACanaryItsShare() throws {
        let rollout = "rollout: {steps: [10, 50], every: 10m, checks: [{metric: errorRate, max: 0.1}], minRequests: 10}"
        var world = try world("{model: churn@production, \(rollout)}")
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        world.register(8)
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        #expect(world.weights() == [90, 10])
        for wrong in [
            "{model: churn@production, replicas: {min: 5, max: 2}, \(rollout)}",
            "{model: churn@production, rollout: {steps: [50, 10]}}", "{model: 3}",
        ] {
            try world.edit(wrong)
            world.wait(700)
            try world.settle()
            #expect(world.status.phase == .invalid)
            #expect(world.weights() == [90, 10], "\(wrong)")
        }
        try world.edit("{model: churn@production, replicas: {min: 5, max: 2}, \(rollout)}")
        let bad = RequestWindow(requests: 100, errors: 50)
        world.windows[""] = ServiceObservation.Windows(candidate: bad, stable: RequestWindow())
        try world.settle()
        #expect(world.weights().first == 100)
        #expect(world.status.rollouts.first?.phase == .rolledBack)
    }

    /// A Deployment that somebody deletes is made anew, also where what is wanted was taken back.
    @Test func noOutageLastsUntilAnEdit() throws {
        var world = try world("{model: churn:7}")
        world.register(8)
        try world.settle()
        let first = try world.revision()
        world.ready(first)
        try world.settle()
        try world.edit("{model: churn:8, timeouts: {ready: 1m}}")
        try world.settle()
        world.wait(120)
        try world.settle()
        #expect(world.status.rollouts.first?.phase == .rolledBack)
        world.deployments[first] = nil
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.status.model == "churn:8")
    }

    /// A revision that was taken back is not tried again when a suspended service is resumed: the one that served is
    /// still there, without pods.
    @Test func whatFailedStaysKnownWhileSuspended() throws {
        var world = try world("{model: churn:7}")
        world.register(8)
        try world.settle()
        let good = try world.revision()
        world.ready(good)
        try world.settle()
        try world.edit("{model: churn:8, timeouts: {ready: 1m}}")
        try world.settle()
        let bad = try #require(world.status.rollouts.first?.candidate)
        world.wait(120)
        try world.settle()
        let story = try #require(world.status.rollouts.first?.message)
        try world.edit("{model: churn:8, timeouts: {ready: 1m}, suspend: true}")
        try world.settle()
        #expect(world.status.phase == .suspended)
        #expect(world.status.revisions.isEmpty)
        #expect(world.deployments.keys.sorted() == [good])
        #expect(world.services.keys.sorted() == ["churn", good])
        let kept = try #require(world.status.rollouts.first)
        #expect(kept.failed == bad && kept.stable == good && kept.message == story && kept.phase == .rolledBack)
        #expect(world.condition("RolloutHealthy")?.message == story)
        world.scale(good, to: 0)
        world.memory = ServiceMemory()
        try world.edit("{model: churn:8, timeouts: {ready: 1m}}")
        try world.settle()
        #expect(world.status.revisions.map(\.name) == [good])
        #expect(world.weights() == [100])
        world.scale(good, to: 1)
        world.ready(good)
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.status.rollouts.first?.failed == bad)
        #expect(world.deployments.keys.sorted() == [good])
    }

    /// What had not taken over begins anew when the service is resumed, and is judged anew.
    @Test func aCanaryBeginsAnewAfterASuspension() throws {
        let spec = "model: churn@production, rollout: {steps: [10, 100], every: 10m}"
        var world = try world("{\(spec)}")
        try world.settle()
        let old = try world.revision()
        world.ready(old)
        try world.settle()
        world.register(8)
        try world.settle()
        let new = try world.revision()
        world.ready(new)
        try world.settle()
        #expect(world.weights() == [90, 10])
        try world.edit("{\(spec), suspend: true}")
        try world.settle()
        #expect(world.deployments.keys.sorted() == [old])
        world.scale(old, to: 0)
        try world.edit("{\(spec)}")
        try world.settle()
        world.scale(old, to: 1)
        world.ready(old)
        world.ready(new)
        try world.settle()
        #expect(world.weights() == [90, 10])
        #expect(world.status.rollouts.first?.candidate == new)
    }

    /// A quota, or an admission policy: the Deployment's controller tells of it, and the status does too.
    @Test func podsThatAreRefusedAreToldOf() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        let name = try world.revision()
        let story = "pods \"\(name)-x\" is forbidden: exceeded quota: gpus, requested: 1, used: 4, limited: 4"
        world.deployments[name]?.status.conditions = [
            PodCondition(type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: story)
        ]
        try world.settle()
        #expect(world.status.revisions.first?.state == .pending)
        #expect(world.status.reason == .modelLoadFailed)
        #expect(world.status.message == "pods of Deployment \(name) are refused: \(story)")
        #expect(world.condition("Ready")?.message.contains("exceeded quota") == true)
        #expect(world.status.modelStatus?.lastFailureInfo?.message?.contains("exceeded quota") == true)
        #expect(world.events.contains { $0.isWarning && $0.note.contains("exceeded quota") })
        world.deployments[name]?.status.conditions = []
        world.ready(name)
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.status.message == nil)
    }

    @Test func nobodyIsToldThatThereIsNoRuntimeWhileThoseThatComeWithFairleadAreMade() throws {
        var world = try world("{model: churn:7}")
        let runtimes = world.runtimes
        world.runtimes = []
        world.areRuntimesComing = true
        let plan = world.plan()
        #expect(plan.actions.isEmpty)
        #expect(plan.wake == .after(.seconds(1)))
        world.runtimes = runtimes
        try world.settle()
        #expect(world.status.reason == .modelLoading)
        world.runtimes = []
        try world.edit("{model: churn:7, env: {A: b}}")
        world.areRuntimesComing = false
        try world.settle()
        #expect(world.status.reason == .noRuntime)
    }

    /// A route that an earlier controller made, and that nobody wants any more.
    @Test func aRouteFromBeforeIsRemoved() throws {
        var world = try world("{model: churn:7}")
        let seen = RouteView(metadata: world.owned("churn"))
        world.routes?["churn"] = seen
        try world.settle()
        #expect(world.routes?.isEmpty == true)
    }

    /// A route that somebody's finalizer holds is asked to go once.
    @Test func aRouteThatOthersHoldIsLeftToThem() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        var held = world.owned("churn")
        world.routes?["churn"] = RouteView(metadata: held)
        #expect(world.plan().actions.count == 1)
        world.memory.didUnroute(held.uid)
        #expect(world.plan().actions.isEmpty, "the watch has not shown it yet")
        world.memory = ServiceMemory()
        held.deletionTimestamp = Time(world.now)
        world.routes?["churn"] = RouteView(metadata: held)
        #expect(world.plan().actions.isEmpty)
    }

    /// What is deleted again and again is made again, a moment later each time, and nothing is told until then.
    @Test func aDeploymentThatSomebodyDeletesIsMadeAMomentLater() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        let name = try world.revision()
        for _ in 0..<20 { world.memory.didRepair(.deployment, name, now: world.now) }
        world.deployments[name] = nil
        try world.settle()
        #expect(world.deployments[name] == nil)
        #expect(world.events.filter { $0.reason == "RevisionMade" }.count == 1)
        world.wait(31)
        try world.settle()
        #expect(world.deployments[name] != nil)
        #expect(world.events.filter { $0.reason == "RevisionMade" }.count == 2)
    }

    /// An address that can't be led to other routers keeps nothing else from being done.
    @Test func anAddressThatCannotBeChangedHoldsUpNothing() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        world.services["churn"]?.spec.externalName = "routers-of-before.example"
        #expect(world.plan().actions.count == 1)
        world.memory.didRepair(.service, "churn", isRefused: true, now: world.now)
        world.wait(59)
        #expect(world.plan().actions.isEmpty)
        world.wait(2)
        #expect(world.plan().actions.count == 1)
    }

    /// Whether or not the cluster lets routes be followed.
    @Test(arguments: [true, false]) func aRouteIsMadeOnceAndAgainWhenItIsGone(areFollowed: Bool) throws {
        var world = try world("{model: churn:7, gateway: {name: web, hostnames: [churn.acme.dev]}}")
        if !areFollowed { world.routes = nil }
        try world.settle()
        #expect(world.objects["HTTPRoute/churn"] != nil)
        world.objects["HTTPRoute/churn"] = nil
        world.routes?["churn"] = nil
        try world.settle()
        #expect((world.objects["HTTPRoute/churn"] != nil) == areFollowed)
    }

    /// A script without which no further pod starts.
    @Test func aScriptThatSomebodyDeletesIsMadeAgain() throws {
        var world = try world("{image: 'python:3.12', script: 'exec python -m serve'}")
        try world.settle()
        let script = try #require(world.objects.keys.first { $0.hasPrefix("ConfigMap/") })
        let before = world.objects.removeValue(forKey: script)
        try world.settle()
        #expect(before != nil && world.objects[script] == before)
    }

    /// What a model takes and gives is in the status, for routers, where it isn't too long; it names no revision.
    @Test func theSignatureIsTold() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        let name = try world.revision()
        let input: JSONValue = ["name": "x", "datatype": "FP64", "shape": [-1, 4]]
        world.register(7, signature: ModelSignature(inputs: [input]))
        try world.settle()
        #expect(world.status.revisions.map(\.name) == [name])
        #expect(world.status.revisions.first?.signature?.inputs == [input])
        world.register(7, signature: ModelSignature(inputs: Array(repeating: input, count: 500)))
        try world.settle()
        #expect(world.status.revisions.first?.signature == nil)
    }

    /// An event says something, whatever there is to say.
    @Test func loadingIsToldInAWholeSentence() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        let name = try world.revision()
        world.pod(name)
        try world.settle()
        #expect(!world.events.isEmpty)
        #expect(world.events.allSatisfy { !$0.note.hasSuffix(" ") && !$0.note.hasSuffix(":") }, "\(world.events)")
        #expect(world.events.contains { $0.reason == "ModelLoading" })
    }

    /// Requests that are under way are waited for, as long as one may last.
    @Test func longRequestsKeepWhatTheyNeed() throws {
        var world = try world("{model: churn@production, timeouts: {request: 2m}}")
        try world.settle()
        let first = try world.revision()
        world.ready(first)
        try world.settle()
        world.register(8)
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        world.underWay[first] = 1
        for _ in 0..<11 {
            world.wait(10)
            try world.settle()
            #expect(world.plan().wake != .onChange)
            #expect(world.deployments[first] != nil)
        }
        world.wait(11)
        try world.settle()
        #expect(world.deployments[first] == nil)
    }

    /// What has lost one of its parts can't answer.
    @Test func aRevisionWithoutItsTransformerIsNotReady() throws {
        var world = try world("{model: churn:7, transformer: {image: t}}")
        try world.settle()
        let revision = try world.revision()
        world.ready(revision)
        try world.settle()
        #expect(world.weights() == [100])
        #expect(world.status.revisions.first?.protocol == .v2)
        let name = "\(revision)-transformer"
        world.deployments[name] = nil
        try world.settle()
        #expect(world.weights() == [0])
        #expect(world.deployments[name] != nil)
        world.ready(revision)
        try world.settle()
        #expect(world.weights() == [100])
    }

    /// Kubernetes takes one handler of `preStop`, and no sleep that is longer than the pod has to end.
    @Test(
        arguments: [
            ("spec: {containers: [{name: main, lifecycle: {preStop: {exec: {command: [bye]}}}}]}", ["exec"]),
            ("spec: {containers: [{name: main, lifecycle: {postStart: {exec: {command: [hi]}}}}]}", ["sleep"]),
            ("spec: {terminationGracePeriodSeconds: 4}", []), ("spec: {terminationGracePeriodSeconds: 5}", ["sleep"]),
        ])
    func aPodEndsAsItsUserSays(pod: String, handlers: [String]) throws {
        var world = try world("{model: churn:7, overrides: [{pod: {\(pod)}}]}")
        try world.settle()
        let deployment = try #require(world.objects["Deployment/\(try world.revision())"])
        let containers = try #require(deployment[path: ["spec", "template", "spec", "containers"]]?.arrayValue)
        let found = containers[0][path: ["lifecycle", "preStop"]]?.objectValue ?? [:]
        #expect(found.keys.sorted() == handlers)
    }
}

import FairleadAPI
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadPlanning

/// What becomes of a service, step by step.
@Suite struct ServicePlannerTests {
    private static let stored = "{model: {uri: \"s3://models/churn/7\", format: sklearn}}"

    private func world(_ yaml: String = stored) throws -> ServiceWorld {
        var world = try ServiceWorld(yaml)
        world.register(7)
        return world
    }

    @Test func aServiceComesUp() throws {
        var world = try world()
        try world.settle()
        let revision = try world.revision()
        #expect(revision.hasPrefix("churn-") && revision.count == "churn-".count + 8)
        #expect(
            world.objects.keys.sorted() == [
                "Deployment/\(revision)", "PodDisruptionBudget/churn", "Service/churn", "Service/\(revision)",
            ])
        #expect(world.status.phase == .pending)
        #expect(world.status.reason == .modelLoading)
        #expect(world.weights() == [0])
        #expect(world.condition("Ready")?.status == .isFalse)
        #expect(world.condition("ModelLoaded")?.status == .unknown)
        #expect(world.status.modelStatus?.transitionStatus == .inProgress)

        world.ready(revision)
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.status.reason == nil)
        #expect(world.weights() == [100])
        #expect(world.condition("Ready")?.status == .isTrue)
        #expect(world.condition("ModelLoaded")?.status == .isTrue)
        #expect(world.condition("RolloutHealthy")?.status == .isTrue)
        #expect(world.status.url == "http://churn.risk.svc.cluster.local")
        #expect(world.status.replicas == "1/1")
        #expect(world.status.traffic == "100")
        #expect(world.status.model == "s3://models/churn/7")
        #expect(world.status.runtime == "mlserver")
        #expect(world.status.format == "sklearn")
        #expect(world.status.scale == "concurrency 8, 1-1")
        #expect(world.status.modelStatus?.states?.activeModelState == .loaded)
        #expect(world.events.map(\.reason).filter { !$0.hasPrefix("Rollout") } == ["RevisionMade", "RevisionReady"])
    }

    @Test func aNewModelTakesOver() throws {
        var world = try world("{model: churn@production}")
        try world.settle()
        let first = try world.revision()
        world.ready(first)
        try world.settle()
        #expect(world.followers.map(\.follower.outcome) == [.finished(7)])

        world.register(8)
        try world.settle()
        let second = try world.revision()
        #expect(second != first)
        #expect(world.status.phase == .rollingOut)
        #expect(world.condition("Ready")?.status == .isTrue)
        #expect(world.weights() == [100, 0])
        #expect(world.status.model == "churn:7")
        #expect(world.followers.map(\.follower.outcome) == [.underWay])

        world.ready(second)
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.status.model == "churn:8")
        #expect(world.followers.map(\.follower.outcome) == [.finished(8)])
        #expect(world.status.revisions.map(\.state) == [.ready, .draining])
        #expect(world.deployments.keys.sorted() == [first, second].sorted())

        world.wait(31)
        try world.settle()
        #expect(world.deployments.keys.sorted() == [second])
        #expect(world.services.keys.sorted() == ["churn", second])
        #expect(world.status.revisions.map(\.name) == [second])
        #expect(world.events.contains { $0.reason == "TrafficShifted" })
    }

    /// The candidate that can't be had loses no request, and its version is refused.
    @Test func aModelThatCannotBeFetchedIsTakenBack() throws {
        var world = try world("{model: churn@production}")
        try world.settle()
        let first = try world.revision()
        world.ready(first)
        try world.settle()
        world.register(8, digest: "sha256:aa")
        try world.settle()
        let second = try world.revision()
        let line =
            #"{"input":"model","error":"s3://models/churn/8 has the digest sha256:bb","reason":"DigestMismatch"}"#
        world.pod(
            second, fetch: ContainerState(terminated: ContainerState.Terminated(exitCode: 65, message: line + "\n")))
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.status.reason == .rolledBack)
        #expect(world.weights() == [100])
        #expect(world.condition("Ready")?.status == .isTrue)
        #expect(world.condition("RolloutHealthy")?.status == .isFalse)
        #expect(world.condition("ModelLoaded")?.status == .isFalse)
        #expect(world.status.modelStatus?.transitionStatus == .blockedByFailedLoad)
        guard case .rolledBack(8, let message) = world.followers.first?.follower.outcome else {
            Issue.record("\(world.followers)")
            return
        }
        #expect(message.contains("has the digest sha256:bb"))
        // It never got a request: there is nothing to wait for.
        #expect(world.deployments.keys.sorted() == [first])
        #expect(world.events.filter { $0.reason == "RolledBack" }.count == 1)
        // The version is refused, and the alias means the old one again.
        world.models["churn@production"] = world.models["churn:7"]
        try world.settle()
        #expect(world.status.reason == nil)
        #expect(world.followers.map(\.follower.outcome) == [.finished(7)])
        // The story stays until somebody has reacted to it.
        #expect(world.condition("RolloutHealthy")?.reason == "RolledBack")
        #expect(world.condition("RolloutHealthy")?.message.contains("has the digest sha256:bb") == true)
        try world.edit("{model: churn@production, replicas: {max: 2}}")
        try world.settle()
        #expect(world.condition("RolloutHealthy")?.status == .isTrue)
    }

    @Test func whatAPodLacksIsTold() throws {
        var world = try world()
        try world.settle()
        let revision = try world.revision()
        let line = #"{"input":"model","error":"s3://models: 403 Forbidden","reason":"Denied"}"#
        let denied = ContainerState.Terminated(exitCode: 77, message: line)
        world.pods = []
        world.pod(revision, fetch: ContainerState(waiting: ContainerState.Waiting(reason: "CrashLoopBackOff")))
        world.pods[0].status.initContainerStatuses?[0].lastState = ContainerState(terminated: denied)
        try world.settle()
        // Somebody may still give the right to read it.
        #expect(world.status.phase == .pending)
        #expect(world.status.reason == .artifactStoreFailed)
        let failure = try #require(world.status.modelStatus?.lastFailureInfo)
        #expect(failure.location == "\(revision)-x")
        #expect(failure.exitCode == 77)
        #expect(failure.message?.contains("(Denied): s3://models: 403 Forbidden") == true)
        #expect(world.condition("ModelLoaded")?.reason == "ArtifactStoreFailed")
        #expect(world.events.count { $0.reason == "ModelLoadFailed" } == 1)
        world.ready(revision)
        try world.settle()
        #expect(world.status.modelStatus?.lastFailureInfo == nil)
        #expect(world.status.modelStatus?.transitionStatus == .upToDate)
    }

    @Test(arguments: [
        (
            ContainerStatus(name: "main", state: ContainerState(waiting: .init(reason: "ErrImagePull", message: "no"))),
            Reason.imagePullFailed
        ),
        (
            ContainerStatus(
                name: "main", state: ContainerState(waiting: .init(reason: "CrashLoopBackOff")),
                lastState: ContainerState(terminated: .init(exitCode: 137, reason: "OOMKilled"))), .outOfMemory
        ),
        (
            ContainerStatus(
                name: "main", state: ContainerState(running: .init()),
                lastState: ContainerState(terminated: .init(exitCode: 1, reason: "Error", message: "ImportError"))),
            .exitCode
        ),
        (
            ContainerStatus(
                name: "main",
                state: ContainerState(waiting: .init(reason: "CreateContainerConfigError", message: "secret"))),
            .modelLoadFailed
        ),
    ])
    func theServersTroublesAreTold(main: ContainerStatus, reason: Reason) throws {
        var world = try world()
        try world.settle()
        world.pod(try world.revision(), main: main)
        try world.settle()
        #expect(world.status.reason == reason, "\(world.status.message ?? "")")
        #expect(world.status.modelStatus?.states?.targetModelState == .failedToLoad)
    }

    @Test func sleepAndWake() throws {
        var world = try world("{model: churn:7, replicas: {min: 0, max: 3}}")
        try world.settle()
        let revision = try world.revision()
        world.ready(revision)
        try world.settle()
        world.scale(revision, to: 0)
        try world.settle()
        #expect(world.status.phase == .sleeping)
        #expect(world.weights() == [100])
        #expect(world.condition("Ready")?.reason == "Sleeping")
        #expect(world.status.modelStatus?.states?.activeModelState == .standby)
        // A request woke it: it waits, and is not sent away.
        world.scale(revision, to: 1)
        try world.settle()
        #expect(world.weights() == [100])
        #expect(world.condition("Ready")?.status == .isTrue)
        world.ready(revision)
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.events.map(\.reason).suffix(2) == ["FellAsleep", "WokenUp"])
    }

    /// No request comes to a candidate that was put to sleep before anybody knew whether it can be loaded.
    @Test func aCandidateThatWasNeverLoadedIsNotAsleep() throws {
        var world = try world("{model: churn@production, replicas: {min: 0}}")
        try world.settle()
        let first = try world.revision()
        world.ready(first)
        try world.settle()
        world.register(8)
        try world.settle()
        let second = try world.revision()
        world.scale(second, to: 0)
        try world.settle()
        #expect(world.weights() == [100, 0])
        #expect(world.status.revisions.last?.state == .pending)
        world.scale(second, to: 1)
        world.ready(second)
        try world.settle()
        #expect(world.status.model == "churn:8")
    }

    @Test func oneThatDoesNotWakeIsNotReady() throws {
        var world = try world("{model: churn:7, replicas: {min: 0}, timeouts: {ready: 1m}}")
        try world.settle()
        let revision = try world.revision()
        world.ready(revision)
        try world.settle()
        world.scale(revision, to: 0)
        try world.settle()
        world.scale(revision, to: 1)
        try world.settle()
        #expect(world.plan().wake != .onChange)
        world.wait(61)
        try world.settle()
        #expect(world.condition("Ready")?.status == .isFalse)
        #expect(world.status.revisions.first?.state == .pending)
    }

    @Test func variantsShareTheRequests() throws {
        var world = try world(
            """
            {variants: [{name: a, model: "churn:7", weight: 30}, {name: b, model: {uri: "s3://b", format: sklearn}}],
             mirror: {model: {uri: "s3://c", format: sklearn}, percent: 10}}
            """)
        try world.settle()
        let (a, b, mirror) = (try world.revision("a"), try world.revision("b"), try world.revision("mirror"))
        #expect(Set([a, b, mirror]).count == 3)
        world.ready(a)
        try world.settle()
        #expect(world.weights() == [100, 0, 0])
        world.ready(b)
        world.ready(mirror)
        try world.settle()
        #expect(world.weights() == [30, 70, 0])
        #expect(world.status.traffic == "30/70")
        #expect(world.status.revisions.map(\.mirror) == [nil, nil, 10])
        #expect(world.status.revisions.map(\.variant) == ["a", "b", "mirror"])
        // A variant that is taken out drains and goes.
        try world.edit("{variants: [{name: a, model: \"churn:7\"}]}")
        try world.settle()
        #expect(world.weights() == [100, 0, 0])
        world.wait(31)
        try world.settle()
        #expect(world.deployments.keys.sorted() == [a])
    }

    @Test func whatServedAnswersUntilTheVariantsDo() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        let single = try world.revision()
        world.ready(single)
        try world.settle()
        try world.edit(
            "{variants: [{name: a, model: \"churn:7\"}, {name: b, model: {uri: \"s3://b\", format: sklearn}}]}")
        try world.settle()
        #expect(world.status.phase == .rollingOut)
        #expect(world.condition("Ready")?.status == .isTrue)
        #expect(world.status.revisions.filter { $0.weight > 0 }.map(\.name) == [single])
        world.ready(try world.revision("a"))
        try world.settle()
        #expect(world.weights() == [100, 0, 0])
        #expect(world.status.revisions.map(\.state) == [.ready, .pending, .draining])
        world.ready(try world.revision("b"))
        try world.settle()
        #expect(world.weights() == [50, 50, 0])
        world.wait(31)
        try world.settle()
        #expect(world.deployments.count == 2)
        #expect(world.status.phase == .ready)
    }

    @Test func suspendedItHasNoPods() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        try world.edit("{model: churn:7, suspend: true}")
        try world.settle()
        #expect(world.deployments.isEmpty)
        #expect(world.services.keys.sorted() == ["churn"])
        #expect(world.status.phase == .suspended)
        #expect(world.status.revisions.isEmpty)
        #expect(world.condition("Ready")?.reason == "Suspended")
        // A version stays in use, an alias is not held back.
        #expect(world.followers.map(\.follower.selector) == [.version(7)])
        try world.edit("{model: churn:7}")
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        #expect(world.status.phase == .ready)
    }

    @Test func aTakenNameIsLeftAlone() throws {
        var world = try world()
        world.taken = ["churn"]
        try world.settle()
        #expect(world.status.reason == .nameTaken)
        #expect(world.status.phase == .failed)
        #expect(world.condition("Ready")?.message == "Service \"churn\" exists and is not of this service")
        world.ready(try world.revision())
        try world.settle()
        #expect(world.status.phase == .failed)
        world.taken = []
        world.wait(61)
        try world.settle()
        #expect(world.status.phase == .ready)
    }

    /// What keeps a Gateway from leading there is told for as long as it does; those inside are answered.
    @Test func aMissingGatewayIsToldInTheStatus() throws {
        var world = try world("{model: churn:7, gateway: {name: public, hostnames: [churn.acme.dev]}}")
        world.taken = ["HTTPRoute/churn"]
        try world.settle()
        world.ready(try world.revision())
        for _ in 0..<2 {
            try world.settle()
            #expect(world.status.phase == .ready && world.condition("Ready")?.status == .isTrue)
            #expect(world.status.reason == .invalidSpec && world.status.message == "gateway: there is none")
            world.wait(61)
        }
        world.taken = []
        try world.settle()
        #expect(world.status.reason == nil && world.status.message == nil)
    }

    @Test(arguments: [
        ("{model: {uri: \"s3://x\", format: onnx}}", Reason.noRuntime, "no runtime takes onnx"),
        ("{model: churn@staging}", .modelMissing, "model: there is no churn@staging"),
        ("{model: {uri: \"s3://x\", format: sklearn}, runtime: mlserve}", .noRuntime, "did you mean \"mlserver\"?"),
        (
            "{model: {uri: \"webdav://x/y\", format: sklearn}}", .invalidSpec,
            "model: no Connection leads to webdav://x/y"
        ),
        (
            "{model: {uri: \"s3://x\", format: sklearn}, profile: none}", .invalidSpec,
            "profile: there is no ClusterProfile"
        ),
    ])
    func whatIsMissingIsNamed(yaml: String, reason: Reason, words: String) throws {
        var world = try world(yaml)
        try world.settle()
        #expect(world.status.reason == reason, "\(world.status)")
        #expect(world.status.message?.contains(words) == true, "\(world.status.message ?? "")")
        #expect(world.deployments.isEmpty)
        #expect(world.condition("ModelLoaded")?.status == .isFalse)
        #expect(world.events.contains { $0.isWarning && $0.reason == reason.rawValue })
    }

    @Test func aWrongSpecLeavesWhatServes() throws {
        var world = try world()
        try world.settle()
        let revision = try world.revision()
        world.ready(revision)
        try world.settle()
        try world.edit("{model: {uri: \"s3://x\"}, replicas: {min: 5, max: 2}}")
        try world.settle()
        #expect(world.status.phase == .invalid)
        #expect(world.status.reason == .invalidSpec)
        #expect(world.weights() == [100])
        #expect(world.condition("Ready")?.status == .isTrue)
        #expect(world.status.modelStatus?.transitionStatus == .invalidSpec)
        try world.edit(Self.stored)
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(try world.revision() == revision)
    }

    /// The same content is the same revision, whatever else is changed.
    @Test func onlyWhatDecidesTheAnswersMakesARevision() throws {
        var world = try world("{model: churn:7}")
        try world.settle()
        let revision = try world.revision()
        for same in [
            "{model: churn:7, replicas: {min: 2, max: 9}}", "{model: churn@production}",
            "{model: churn:7, rollout: {steps: [5, 100]}, sticky: {header: x-user}, scale: {target: 3}}",
        ] {
            try world.edit(same)
            try world.settle()
            #expect(try world.revision() == revision, "\(same)")
        }
        var names = Set([revision])
        for other in [
            "{model: {uri: \"s3://models/churn/7\", format: sklearn}}", "{model: churn:7, args: [\"-v\"]}",
            "{model: churn:7, env: {A: b}}", "{model: churn:7, resources: {cpu: 3}}",
            "{model: churn:7, transformer: {image: t}}",
        ] {
            try world.edit(other)
            try world.settle()
            names.insert(try world.revision())
        }
        #expect(names.count == 6)
    }

    @Test func theAddressFollowsTheRouters() throws {
        var world = try world("{model: churn:7, gateway: {name: web, namespace: edge, hostnames: [churn.acme.dev]}}")
        try world.settle()
        #expect(world.objects["HTTPRoute/churn"]?[path: ["spec", "hostnames"]] == ["churn.acme.dev"])
        world.settings.routes = ServiceRoutes(
            .paths(base: "http://127.0.0.1:4000/"), routerHost: "fairlead-router.kube-system.svc.cluster.local")
        try world.settle()
        #expect(world.services["churn"]?.spec.externalName == "fairlead-router.kube-system.svc.cluster.local")
        #expect(world.status.url == "http://127.0.0.1:4000/risk/churn")
        #expect(world.status.address?.url == "http://churn.risk.svc.cluster.local")
        try world.edit("{model: churn:7}")
        try world.settle()
        #expect(world.objects["HTTPRoute/churn"] == nil)
    }

    /// Cut off after any number of actions, and with everything forgotten, the next plan does the rest.
    @Test(arguments: 0..<40 as Range<UInt64>) func whereverItIsCutOffItGoesOn(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var world = try world("{model: churn@production, replicas: {min: 0, max: 4}}")
        for turn in 0..<12 {
            for action in world.plan().actions.prefix(Int(generator.next() % 4)) {
                if try !world.perform(action) { break }
            }
            switch generator.next() % 7 {
            case 0: world.register(7 + Int64(turn))
            case 1: if let name = world.deployments.keys.sorted().first { world.ready(name, generator.chance(0.7)) }
            case 2: if let name = world.deployments.keys.sorted().last { world.ready(name) }
            case 3: world.wait(Double(generator.next() % 60))
            case 4:
                if let name = world.deployments.keys.sorted().first { world.scale(name, to: Int(generator.next() % 2)) }
            case 5: world.memory = ServiceMemory()
            default: break
            }
            let weights = world.weights()
            #expect(weights.isEmpty || [0, 100].contains(weights.reduce(0, +)), "seed \(seed): \(weights)")
            // What gets requests is there, and can answer or be woken.
            for revision in world.status.revisions where revision.weight > 0 {
                #expect(revision.state == .ready || revision.state == .sleeping, "seed \(seed): \(revision)")
            }
        }
        try world.settle()
        for name in world.deployments.keys {
            world.scale(name, to: 1)
            world.ready(name)
        }
        try world.settle()
        world.wait(31)
        try world.settle()
        #expect(world.status.phase == .ready, "seed \(seed): \(world.status)")
        #expect(world.deployments.count == 1, "seed \(seed): \(world.deployments.keys)")
        #expect(world.services.count == 2, "seed \(seed)")
        let model = try #require(world.models["churn@production"])
        #expect(world.status.model == "churn:\(model.version.text)", "seed \(seed)")
    }
}

import ClusterTesting
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization
import Testing

@Suite("Rollout scenarios", .serialized)
struct RolloutScenarios {
    private static func spec(_ image: String, rollout: JSONValue) -> JSONValue {
        ["image": .string(image), "port": 8080, "timeouts": ["ready": "60s"], "rollout": rollout]
    }

    private static func canary(onFail: String = "Rollback") -> JSONValue {
        [
            "steps": [10, 50, 100], "every": "30s", "minRequests": 100, "onFail": .string(onFail),
            "checks": [["metric": "errorRate", "max": 0.01]],
        ]
    }

    /// Runs a service with a first revision, and then a body around a change of its image.
    private static func withService(
        rollout: JSONValue,
        _ body: @Sendable @escaping (ServedTraffic, _ stable: String) async throws -> Void
    ) async throws {
        let traffic = try await ServedTraffic()
        try await traffic.cluster.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await traffic.run() }
                defer { group.cancelAll() }
                try await traffic.cluster.withController {
                    try await traffic.apply(spec("server:1", rollout: rollout), isNew: true)
                    try await traffic.cluster.eventually("the first revision serves") {
                        try await traffic.service().status.revisions.map(\.weight) == [100]
                    }
                    let stable = try await traffic.service().status.revisions[0].name
                    try await body(traffic, stable)
                }
            }
        }
        // Whatever happened, no request went where nobody answers.
        #expect(traffic.seconds.allSatisfy { $0.weights.isEmpty || $0.weights.values.reduce(0, +) == 100 })
        #expect(traffic.seconds.allSatisfy { $0.lost == 0 })
    }

    private static func rollout(_ traffic: ServedTraffic) async throws -> RolloutStatus? {
        try await traffic.service().status.rollouts.first
    }

    /// Changes the image, and waits until the new revision is the candidate.
    private static func change(_ traffic: ServedTraffic, to image: String) async throws -> String {
        let former = try await rollout(traffic)?.candidate
        try await traffic.apply(["image": .string(image)])
        try await traffic.cluster.eventually("there is a candidate") {
            let candidate = try await rollout(traffic)?.candidate
            return candidate != nil && candidate != former
        }
        return try #require(try await rollout(traffic)?.candidate)
    }

    @Test("S1: a canary that never becomes ready costs no request, and is taken back with the reason")
    func neverReady() async throws {
        try await Self.withService(rollout: Self.canary()) { traffic, stable in
            traffic.spare(stable)
            try await traffic.apply(["image": "broken:1"])
            try await traffic.cluster.eventually("it is taken back") {
                try await Self.rollout(traffic)?.phase == .rolledBack
            }
            let rollout = try #require(try await Self.rollout(traffic))
            #expect(rollout.stable == stable)
            #expect(rollout.message?.contains("it was not ready within 60s") == true, "\(rollout.message ?? "")")
            #expect(traffic.seconds.allSatisfy { $0.weights.isEmpty || $0.weights == [stable: 100] })
            #expect(traffic.seconds.reduce(0) { $0 + $1.failed } == 0)
            try await traffic.cluster.eventually("its Deployment is gone") {
                try await traffic.cluster.client.list(.deployment, namespace: "risk").items.count == 1
            }
        }
    }

    @Test("S2: a canary with 2 % errors is back at 0 within two intervals, and the service stays well")
    func badCanary() async throws {
        try await Self.withService(rollout: Self.canary()) { traffic, stable in
            let candidate = try await Self.change(traffic, to: "server:2")
            traffic.fail(candidate, 0.02)
            try await traffic.cluster.eventually("it is taken back") {
                try await Self.rollout(traffic)?.phase == .rolledBack
            }
            let status = try await traffic.service().status
            #expect(status.rollouts[0].message?.contains("errorRate is 0.0") == true)
            #expect(status.revisions.first { $0.name == stable }?.weight == 100)
            let given = traffic.seconds.filter { $0.weights[candidate, default: 0] > 0 }
            #expect((1...60).contains(given.count))
            let requests = traffic.seconds.reduce(0) { $0 + $1.requests }
            #expect(Double(traffic.seconds.reduce(0) { $0 + $1.failed }) < 0.02 * Double(requests))
        }
    }

    @Test("a good canary takes over step by step, though the controller is killed and routers begin anew in the middle")
    func goodCanary() async throws {
        let traffic = try await ServedTraffic()
        try await traffic.cluster.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await traffic.run() }
                defer { group.cancelAll() }
                let candidate = Mutex("")
                try await traffic.cluster.withController {
                    try await traffic.apply(Self.spec("server:1", rollout: Self.canary()), isNew: true)
                    try await traffic.cluster.eventually("the first revision serves") {
                        try await traffic.service().status.revisions.map(\.weight) == [100]
                    }
                    let name = try await Self.change(traffic, to: "server:2")
                    candidate.withLock { $0 = name }
                    try await traffic.cluster.eventually("the first step runs") {
                        try await Self.rollout(traffic)?.weight == 10
                    }
                }
                // Nobody plans for a while: the routers go on by what they know.
                let now = traffic.cluster.clock.elapsed
                try await traffic.startRouter("r0")
                try await traffic.cluster.clock.sleep(until: now + .seconds(20))
                try await traffic.cluster.withController {
                    try await traffic.cluster.eventually("the second step runs") {
                        try await Self.rollout(traffic)?.weight == 50
                    }
                    try await traffic.startRouter("r1")
                    try await traffic.cluster.eventually("it has taken over") {
                        try await Self.rollout(traffic)?.phase == .succeeded
                    }
                    let rollout = try #require(try await Self.rollout(traffic))
                    #expect(rollout.stable == candidate.withLock(\.self))
                    try await traffic.cluster.eventually("the old Deployment is gone") {
                        try await traffic.cluster.client.list(.deployment, namespace: "risk").items.count == 1
                    }
                }
                let name = candidate.withLock(\.self)
                let weights = traffic.seconds.map { $0.weights[name, default: 0] }
                #expect(weights == weights.sorted())
                #expect(Set(weights) == [0, 10, 50, 100])
            }
        }
        #expect(traffic.seconds.allSatisfy { $0.lost == 0 && $0.failed == 0 })
    }

    @Test("onFail: Pause keeps the weights until the user decides; the next wish never brings the old candidate back")
    func pause() async throws {
        try await Self.withService(rollout: Self.canary(onFail: "Pause")) { traffic, stable in
            let bad = try await Self.change(traffic, to: "server:2")
            traffic.fail(bad, 0.5)
            try await traffic.cluster.eventually("it is paused") {
                try await Self.rollout(traffic)?.phase == .paused
            }
            let now = traffic.cluster.clock.elapsed
            try await traffic.cluster.clock.sleep(until: now + .seconds(90))
            #expect(try await Self.rollout(traffic)?.weight == 10)
            let good = try await Self.change(traffic, to: "server:3")
            let changed = traffic.cluster.clock.elapsed
            try await traffic.cluster.eventually("the next one has taken over") {
                try await Self.rollout(traffic)?.stable == good
            }
            #expect(stable != good)
            // A moment for the routers to hear of it.
            let after = traffic.seconds.filter { $0.at > changed }.dropFirst(2)
            #expect(after.allSatisfy { $0.weights[bad] == nil })
        }
    }
}

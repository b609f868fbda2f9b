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
}

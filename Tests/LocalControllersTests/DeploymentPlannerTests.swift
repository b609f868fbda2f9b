import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import LocalControllers

struct DeploymentPlannerTests {
    private static func amount(_ random: inout SeededGenerator) -> JSONValue {
        Bool.random(using: &random)
            ? .integer(Int64.random(in: 0...3, using: &random))
            : .string("\(Int.random(in: 0...100, using: &random))%")
    }

    @Test(arguments: 0..<60) func rollsWithinItsMargins(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let strategy = DeploymentObject.Strategy(
            type: "RollingUpdate",
            rollingUpdate: .init(maxSurge: Self.amount(&random), maxUnavailable: Self.amount(&random)))
        var rollout = Rollout(replicas: Int.random(in: 0...9, using: &random), strategy: strategy)
        settle(&rollout, seed)
        let wanted = rollout.deployment.replicas
        let most = wanted + rollout.deployment.margins.surge
        let least = wanted - rollout.deployment.maxUnavailable
        for image in 2...4 {
            rollout.deploy(image: "web:\(image % 3)")
            for _ in 0..<Int.random(in: 1...120, using: &random) {
                rollout.step(&random)
                #expect(rollout.wanted <= most, "seed \(seed)")
                #expect(rollout.available >= least, "seed \(seed)")
            }
        }
        settle(&rollout, seed)
        expectComplete(rollout, seed)
    }

    @Test func noNumberIsTooLarge() {
        let strategy = DeploymentObject.Strategy(
            type: "RollingUpdate", rollingUpdate: .init(maxSurge: .integer(.max), maxUnavailable: .integer(.max)))
        var rollout = Rollout(replicas: .max, strategy: strategy)
        for image in 2...4 {
            _ = rollout.stepDeployment()
            rollout.deploy(image: "web:\(image)")
        }
        #expect(rollout.sets.count == 3)
        #expect(rollout.sets.allSatisfy { $0.replicas <= Int(Int32.max) })
    }

    @Test(arguments: 0..<40) func endsWhateverHappens(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1000)
        let type = Bool.random(using: &random) ? "Recreate" : "RollingUpdate"
        var rollout = Rollout(
            replicas: Int.random(in: 0...12, using: &random), strategy: DeploymentObject.Strategy(type: type))
        for round in 0..<8 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: rollout.scale(to: Int.random(in: 0...12, using: &random))
            case 1: rollout.deployment.spec.paused = Bool.random(using: &random)
            default: rollout.deploy(image: "web:\(round % 3)")
            }
            for _ in 0..<Int.random(in: 1...60, using: &random) { rollout.step(&random) }
        }
        rollout.deployment.spec.paused = false
        settle(&rollout, seed)
        expectComplete(rollout, seed)
    }

    private func settle(_ rollout: inout Rollout, _ seed: UInt64 = 0) {
        let isSettled = rollout.settle()
        #expect(isSettled, "seed \(seed)")
    }

    private func expectComplete(_ rollout: Rollout, _ seed: UInt64) {
        let status = rollout.deployment.status
        let wanted = rollout.deployment.replicas
        #expect(rollout.available == wanted, "seed \(seed)")
        #expect(status.updatedReplicas ?? 0 == wanted && status.availableReplicas ?? 0 == wanted, "seed \(seed)")
        #expect(status.conditions?[type: "Available"]?.reason == "MinimumReplicasAvailable", "seed \(seed)")
        #expect(status.conditions?[type: "Progressing"]?.reason == "NewReplicaSetAvailable", "seed \(seed)")
        #expect(rollout.sets.count { $0.replicas > 0 } <= 1, "seed \(seed)")
    }

    @Test func recreatesOnlyWhenAllOldPodsAreGone() {
        var random = SeededGenerator(seed: 7)
        var rollout = Rollout(replicas: 3, strategy: .init(type: "Recreate"))
        settle(&rollout)
        rollout.deploy(image: "web:2")
        for _ in 0..<400 {
            rollout.step(&random)
            let generations = Set(rollout.pods.compactMap(\.metadata.controller?.uid))
            #expect(generations.count <= 1)
        }
        settle(&rollout)
        expectComplete(rollout, 7)
    }

    @Test(arguments: [
        (10, "25%", "25%", 3, 2), (4, "25%", "25%", 1, 1), (1, "25%", "25%", 1, 0), (3, "0%", "0%", 0, 1),
        (0, "25%", "25%", 0, 1),
    ])
    func roundsShares(replicas: Int, surge: String, unavailable: String, most: Int, away: Int) {
        let rollout = Rollout(
            replicas: replicas,
            strategy: .init(
                type: "RollingUpdate",
                rollingUpdate: .init(maxSurge: .string(surge), maxUnavailable: .string(unavailable))))
        #expect(rollout.deployment.margins.surge == most)
        #expect(rollout.deployment.margins.unavailable == away)
    }

    @Test func remembersRevisions() {
        var rollout = Rollout(replicas: 2, strategy: nil)
        settle(&rollout)
        rollout.deploy(image: "web:2")
        settle(&rollout)
        #expect(rollout.deployment.metadata.annotations[DeploymentAnnotations.revision] == "2")
        // The way back is the first template again: its set becomes the third revision.
        rollout.deploy(image: "web:1")
        settle(&rollout)
        #expect(rollout.sets.count == 2)
        #expect(rollout.deployment.metadata.annotations[DeploymentAnnotations.revision] == "3")
        let back = rollout.sets.first { $0.replicas == 2 }?.metadata.annotations
        #expect(back?[DeploymentAnnotations.revision] == "3")
        #expect(back?[DeploymentAnnotations.history] == "1")
        #expect(back?[DeploymentAnnotations.desired] == "2" && back?[DeploymentAnnotations.maximum] == "3")
    }

    @Test func keepsAsManyOldSetsAsItIsTold() {
        var rollout = Rollout(replicas: 1, strategy: nil)
        rollout.deployment.spec.revisionHistoryLimit = 2
        for image in 1...6 {
            rollout.deploy(image: "web:\(image)")
            settle(&rollout)
        }
        #expect(rollout.sets.count == 3)
        let revisions = rollout.sets.map { DeploymentAnnotations.revision(of: $0.metadata) }.sorted()
        #expect(revisions == [4, 5, 6])
    }

    @Test func tellsThatNothingMoves() {
        var rollout = Rollout(replicas: 1, strategy: nil)
        _ = rollout.stepDeployment()
        _ = rollout.stepSet(0)
        _ = rollout.stepSet(0)
        _ = rollout.stepDeployment()
        #expect(rollout.deployment.status.conditions?[type: "Available"]?.status == "False")
        let plan = DeploymentPlanner.plan(
            .init(deployment: rollout.deployment, sets: rollout.sets, now: rollout.now))
        #expect(plan.lookAfter == .seconds(601))
        rollout.now = Time(rollout.now.date.addingTimeInterval(602))
        _ = rollout.stepDeployment()
        let progress = rollout.deployment.status.conditions?[type: "Progressing"]
        #expect(progress?.status == "False" && progress?.reason == "ProgressDeadlineExceeded")
    }

    @Test func changesNothingWhilePausedButTheNumber() {
        var rollout = Rollout(replicas: 2, strategy: nil)
        settle(&rollout)
        rollout.deployment.spec.paused = true
        rollout.deploy(image: "web:2")
        rollout.scale(to: 4)
        settle(&rollout)
        #expect(rollout.sets.count == 1 && rollout.available == 4)
        #expect(rollout.deployment.status.conditions?[type: "Progressing"]?.reason == "DeploymentPaused")
    }
}

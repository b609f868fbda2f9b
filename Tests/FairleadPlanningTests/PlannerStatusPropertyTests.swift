import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// What holds of every status that is written, of a run that is deleted, and of a table that is behind.
@Suite struct PlannerStatusPropertyTests {
    static let seeds: [UInt64] = (0..<40).map { $0 &* 0x51_7CC1 &+ 3 }

    /// Lets a random run go on, and shows every plan before it is performed.
    private static func play(
        _ seed: UInt64, steps: Int = 120, _ look: (RunModel, Plan<PipelineRunAction>) -> Void
    ) -> RunModel {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator), params: PipelineSpec.randomParams)
        model.run.metadata.generation = 3
        var table = model.rebuilt()
        for _ in 0..<steps {
            let plan = model.plan(&table)
            look(model, plan)
            for action in plan.actions { model.perform(action, &table) }
            if let name = model.unfinished.randomElement(using: &generator) {
                if generator.chance(0.3) {
                    model.end(name, exitCode: 1)
                } else {
                    model.end(name, exitCode: 0, message: "r=1")
                }
            }
            model.show(&table)
            model.now += Double(Int.random(in: 0...20, using: &generator))
        }
        return model
    }

    @Test(arguments: seeds) func aTransitionTimeMovesWithItsConditionAlone(seed: UInt64) {
        _ = Self.play(seed) { model, plan in
            for case .patchStatus(let status, _) in plan.actions {
                for condition in status.conditions {
                    guard let before = model.run.status.conditions[type: condition.type] else { continue }
                    let isSameTime = before.lastTransitionTime == condition.lastTransitionTime
                    if before.status == condition.status {
                        #expect(isSameTime, "seed \(seed): \(condition)")
                    } else {
                        #expect(condition.lastTransitionTime >= before.lastTransitionTime, "seed \(seed)")
                    }
                }
            }
        }
    }

    @Test(arguments: seeds) func everyStatusNamesTheGenerationThatWasJudged(seed: UInt64) {
        _ = Self.play(seed) { model, plan in
            for case .patchStatus(let status, _) in plan.actions {
                #expect(status.observedGeneration == model.run.metadata.generation, "seed \(seed)")
                let isRight = status.conditions.allSatisfy { $0.observedGeneration == model.run.metadata.generation }
                #expect(isRight, "seed \(seed)")
            }
        }
    }

    @Test(arguments: seeds) func aDeletedRunMakesNoPodAndLetsGoOfAll(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = Self.play(seed, steps: Int.random(in: 1...12, using: &generator)) { _, _ in }
        model.run.metadata.deletionTimestamp = Time(model.now)
        var table = model.rebuilt()
        for _ in 0..<20 {
            let plan = PipelineRunPlanner.planEnd(run: model.run, pods: Array(model.pods.values), now: model.now)
            for action in plan.actions {
                if case .createPods = action { Issue.record("seed \(seed): a deleted run got a pod") }
                if case .patchStatus = action { Issue.record("seed \(seed): a deleted run was written") }
                model.perform(action, &table)
            }
            if plan.actions.isEmpty { break }
        }
        #expect(model.pods.values.allSatisfy { $0.metadata.finalizers.isEmpty }, "seed \(seed)")
    }

    @Test(arguments: seeds) func aTableThatIsBehindTouchesNoPodThatItHasNotSeen(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator), params: PipelineSpec.randomParams)
        var table = model.rebuilt()
        var stale = table
        var everMade: Set<String> = []
        var seen: Set<String> = []
        for _ in 0..<80 {
            for action in model.plan(&table).actions {
                model.perform(action, &table)
                everMade.formUnion(model.pods.values.map(\.metadata.uid))
            }
            if let name = model.unfinished.randomElement(using: &generator) {
                if generator.chance(0.2) { model.delete(name) } else { model.end(name, exitCode: 0, message: "r=1") }
            }
            model.show(&table)
            var behind = stale
            for action in model.plan(&behind).actions {
                switch action {
                case .deletePods(let views), .releasePods(let views, _):
                    // A finished run is planned from its pods, not from a table.
                    if model.run.status.phase?.isTerminal == true { continue }
                    #expect(seen.isSuperset(of: views.map(\.uid)), "seed \(seed)")
                default: break
                }
            }
            if generator.chance(0.3) {
                stale = table
                seen = everMade
            }
            model.now += 7
        }
    }
}

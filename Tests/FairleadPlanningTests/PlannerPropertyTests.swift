import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// The properties that hold of every run, whatever happens to it.
@Suite struct PlannerPropertyTests {
    static let seeds: [UInt64] = (0..<60).map { $0 &* 0x9E37_79B9 &+ 7 }

    /// Something a kubelet, an administrator or a node does to one pod.
    private static func disturb(_ model: inout RunModel, _ generator: inout SeededGenerator) {
        guard let name = model.unfinished.randomElement(using: &generator) else { return }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: model.start(name)
        case 1: model.end(name, exitCode: 1, message: "boom")
        case 2: model.end(name, exitCode: 137, reason: "Evicted")
        case 3: model.end(name, exitCode: 0, message: "r=not a number")
        case 4: model.delete(name)
        default: model.end(name, exitCode: 0, message: "r=7")
        }
    }

    /// Crash at any action, plan from any rebuilt table: the run ends, and no program that ended well runs again.
    @Test(arguments: seeds) func everyRunEndsAndNothingThatFinishedRunsTwice(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator))
        var table = model.rebuilt()
        for _ in 0..<600 {
            let plan = model.plan(&table)
            if plan.actions.isEmpty, model.run.status.phase?.isTerminal == true, model.unfinished.isEmpty { break }
            // A prefix of the plan is performed, then the controller may be killed.
            let prefix = Int.random(in: 0...plan.actions.count, using: &generator)
            for action in plan.actions.prefix(prefix) { model.perform(action, &table) }
            if Int.random(in: 0..<4, using: &generator) == 0 { table = model.rebuilt() }
            Self.disturb(&model, &generator)
            for pod in model.pods.values { table.fold(pod) }
            model.now += Double(Int.random(in: 0...30, using: &generator))
        }
        let status = model.run.status
        #expect(status.phase?.isTerminal == true, "seed \(seed): \(status)")
        #expect(status.tasks.allSatisfy { $0.phase.isTerminal }, "seed \(seed)")
        #expect(model.pods.values.allSatisfy { $0.metadata.finalizers.isEmpty }, "seed \(seed): a pod is still held")
        #expect(model.created.values.allSatisfy { $0 <= 2 }, "seed \(seed): \(model.created)")
        for task in status.tasks where task.phase == .succeeded {
            #expect(model.completions[task.name] ?? 0 >= 1, "seed \(seed): \(task.name) never ended well")
        }
    }

    @Test(arguments: seeds) func foldingInAnyOrderGivesTheSamePlan(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator))
        var table = model.rebuilt()
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            for action in model.plan(&table).actions { model.perform(action, &table) }
            Self.disturb(&model, &generator)
            for pod in model.pods.values { table.fold(pod) }
            model.now += 5
        }
        var first = model.rebuilt(order: model.pods.values.shuffled(using: &generator))
        var second = model.rebuilt(
            order: (Array(model.pods.values) + Array(model.pods.values)).shuffled(using: &generator))
        let plans = (model.plan(&first), model.plan(&second))
        #expect(plans.0 == plans.1, "seed \(seed)")
        #expect(first.entries == second.entries, "seed \(seed)")
    }

    @Test(arguments: seeds) func livePodsNeverExceedTheLimitAndNamesAreUnique(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator))
        var table = model.rebuilt()
        for _ in 0..<100 {
            let plan = model.plan(&table)
            var names: Set<String> = []
            for action in plan.actions {
                if case .createPods(let requests) = action {
                    for request in requests { #expect(names.insert(request.name).inserted, "seed \(seed)") }
                }
                if case .deletePods(let views) = action {
                    #expect(names.isDisjoint(with: views.map(\.pod)), "seed \(seed): made and deleted in one plan")
                }
                model.perform(action, &table)
            }
            if let limit = model.fixed.spec.maxParallelTasks {
                // A pod that was deleted before it started never runs: it waits for its release alone.
                let live = model.unfinished.filter { model.pods[$0]?.metadata.isBeingDeleted == false }
                #expect(live.count <= limit, "seed \(seed)")
            }
            Self.disturb(&model, &generator)
            for pod in model.pods.values { table.fold(pod) }
            model.now += 11
        }
    }

    @Test(arguments: seeds) func aFinishedRunStaysAsItIs(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator))
        var table = model.rebuilt()
        for _ in 0..<400 where model.run.status.phase?.isTerminal != true {
            for action in model.plan(&table).actions { model.perform(action, &table) }
            for name in model.unfinished { model.end(name, exitCode: 0, message: "r=1") }
            for pod in model.pods.values { table.fold(pod) }
            model.now += 1
        }
        #expect(model.run.status.phase == .succeeded, "seed \(seed): \(model.run.status)")
        let status = model.run.status
        for _ in 0..<5 {
            for action in model.plan(&table).actions {
                if case .patchStatus = action { Issue.record("seed \(seed): a finished run was written again") }
                if case .createPods = action { Issue.record("seed \(seed): a finished run got a pod") }
                model.perform(action, &table)
            }
        }
        #expect(model.run.status == status)
    }
}

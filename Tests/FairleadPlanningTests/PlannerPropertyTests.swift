import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// The properties that hold of every run, whatever happens to it.
@Suite struct PlannerPropertyTests {
    static let seeds: [UInt64] = (0..<60).map { $0 &* 0x9E37_79B9 &+ 7 }

    /// Something a kubelet, an administrator, a node or a user does.
    private static func disturb(_ model: inout RunModel, _ generator: inout SeededGenerator) {
        if generator.chance(0.3), let name = model.childNames.randomElement(using: &generator) {
            model.endChild(name, generator.chance(0.2) ? .failed : .succeeded)
        }
        if generator.chance(0.2) { decide(&model, &generator) }
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

    /// Somebody decides about a task that waits for it.
    private static func decide(_ model: inout RunModel, _ generator: inout SeededGenerator) {
        guard var spec = model.run.spec.value,
            let gate = model.run.status.tasks.first(where: { $0.phase == .suspended && spec.approvals[$0.name] == nil })
        else { return }
        spec.approvals[gate.name] = generator.chance(0.2) ? .rejected : .approved
        model.run.spec = .success(spec)
    }

    /// Plays a run to its end: any prefix of a plan is performed, then the controller may be killed.
    private static func play(_ model: inout RunModel, _ generator: inout SeededGenerator, shutdownAt: Int? = nil) {
        var table = model.rebuilt()
        for step in 0..<6000 {
            if step == shutdownAt, var spec = model.run.spec.value {
                spec.shutdown = generator.chance(0.5) ? .stop : .terminate
                model.run.spec = .success(spec)
            }
            let plan = model.plan(&table)
            if plan.actions.isEmpty, model.run.status.phase?.isTerminal == true, model.unfinished.isEmpty { break }
            let prefix = Int.random(in: 0...plan.actions.count, using: &generator)
            for action in plan.actions.prefix(prefix) { model.perform(action, &table) }
            if Int.random(in: 0..<4, using: &generator) == 0 { table = model.rebuilt() }
            disturb(&model, &generator)
            model.show(&table)
            model.now += Double(Int.random(in: 0...30, using: &generator))
        }
    }

    /// Crash at any action, plan from any rebuilt table: the run ends in the right phase, and nothing that ended well
    /// runs again.
    @Test(arguments: seeds) func everyRunEndsAndNothingThatFinishedRunsTwice(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let largest = generator.chance(0.3) ? 60 : 12
        var model = RunModel(
            PipelineSpec.random(largest: largest, using: &generator), params: PipelineSpec.randomParams)
        Self.play(&model, &generator)
        let status = model.run.status
        try #require(status.phase?.isTerminal == true, "seed \(seed): \(status)")
        #expect(status.tasks.allSatisfy { $0.phase.isTerminal }, "seed \(seed)")
        #expect(model.pods.values.allSatisfy { $0.metadata.finalizers.isEmpty }, "seed \(seed): a pod is still held")
        #expect(model.created.values.allSatisfy { $0 <= 2 }, "seed \(seed): \(model.created)")
        #expect(model.completions.values.allSatisfy { $0 <= 1 }, "seed \(seed): \(model.completions)")
        let hasFailed = status.tasks.contains { $0.phase == .failed }
        #expect(status.phase == (hasFailed ? .failed : .succeeded), "seed \(seed): \(status)")
        for task in status.tasks { Self.checkOutcome(of: task, model, seed) }
        Self.checkEdges(model, seed)
    }

    /// What a task's status tells is what its programs did.
    private static func checkOutcome(of task: TaskStatus, _ model: RunModel, _ seed: UInt64) {
        guard let spec = model.fixed.tasks.first(where: { $0.name == task.name }), spec.runsSomething else { return }
        guard let map = task.map else {
            if task.phase == .succeeded {
                #expect(model.completions["\(task.name)/0"] == 1, "seed \(seed): \(task.name) never ended well")
            }
            return
        }
        let completed = IndexRanges(parsing: map.completedIndexes ?? "")
        let failed = IndexRanges(parsing: map.failedIndexes ?? "")
        for item in 0..<map.total {
            let isGood = model.completions["\(task.name)/\(item)"] == 1
            #expect(completed.contains(item) == isGood, "seed \(seed): \(task.name)[\(item)]")
            #expect(!(completed.contains(item) && failed.contains(item)), "seed \(seed): \(task.name)[\(item)]")
        }
        guard task.phase == .succeeded else { return }
        #expect(completed.count + failed.count == map.total, "seed \(seed): \(task.name)")
        for result in spec.program?.results ?? [] {
            let location = ItemOutputs.listLocation(run: model.run.metadata, task: task.name, .results, result.name)
            let expected = (0..<map.total).map { completed.contains($0) ? "7" : "null" }.joined(separator: ",")
            let text = model.lists[location.configMap]?[location.key]?.stringValue
            #expect(text == "[\(expected)]", "seed \(seed): \(task.name)")
        }
    }

    /// Every task ran, or was skipped, as `runWhen` says of the tasks before it.
    private static func checkEdges(_ model: RunModel, _ seed: UInt64) {
        let statuses = Dictionary(uniqueKeysWithValues: model.run.status.tasks.map { ($0.name, $0) })
        for task in model.fixed.spec.tasks {
            let before = task.dependsOn.compactMap { statuses[$0] }
            let hasFailed = before.contains { $0.phase == .failed || $0.reason == .upstreamFailed }
            let mayRun =
                switch task.runWhen ?? .allSucceeded {
                case .allSucceeded: before.allSatisfy { $0.phase == .succeeded }
                case .noneFailed: !hasFailed
                case .anySucceeded: before.isEmpty || before.contains { $0.phase == .succeeded }
                case .allDone: true
                }
            let reason = statuses[task.name]?.reason
            let isSkipped = reason == .upstreamFailed || reason == .upstreamSkipped
            #expect(isSkipped != mayRun, "seed \(seed): \(task.name) \(String(describing: statuses[task.name]))")
        }
    }

    /// A run that is stopped in the middle ends as Stopped, keeps what was done, and starts nothing more.
    @Test(arguments: seeds) func aStoppedRunEndsAndStartsNothingMore(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator), params: PipelineSpec.randomParams)
        Self.play(&model, &generator, shutdownAt: Int.random(in: 0...12, using: &generator))
        let status = model.run.status
        let hasEndedBefore = status.phase == .succeeded || status.phase == .failed
        #expect(status.phase == .stopped || hasEndedBefore, "seed \(seed): \(status)")
        #expect(status.tasks.allSatisfy { $0.phase.isTerminal }, "seed \(seed)")
        #expect(model.pods.values.allSatisfy { $0.metadata.finalizers.isEmpty }, "seed \(seed): a pod is still held")
        #expect(model.unfinished.isEmpty, "seed \(seed)")
        #expect(model.completions.values.allSatisfy { $0 <= 1 }, "seed \(seed): \(model.completions)")
        if status.phase == .stopped, model.run.spec.value?.shutdown == .stop, !model.fixed.spec.finally.isEmpty {
            let last = status.tasks.first { $0.name == "last" }
            #expect(last?.phase == .succeeded || last?.phase == .failed, "seed \(seed): finally runs after Stop")
        }
    }

    @Test(arguments: seeds) func foldingInAnyOrderGivesTheSamePlan(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator), params: PipelineSpec.randomParams)
        var table = model.rebuilt()
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            for action in model.plan(&table).actions { model.perform(action, &table) }
            Self.disturb(&model, &generator)
            model.show(&table)
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
        var model = RunModel(PipelineSpec.random(using: &generator), params: PipelineSpec.randomParams)
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
            model.show(&table)
            model.now += 11
        }
    }

    @Test(arguments: seeds) func aFinishedRunStaysAsItIs(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = RunModel(PipelineSpec.random(using: &generator), params: PipelineSpec.randomParams)
        var table = model.rebuilt()
        for _ in 0..<400 where model.run.status.phase?.isTerminal != true {
            for action in model.plan(&table).actions { model.perform(action, &table) }
            for name in model.unfinished { model.end(name, exitCode: 0, message: "r=1") }
            for name in model.childNames { model.endChild(name, .succeeded) }
            Self.decide(&model, &generator)
            model.show(&table)
            model.now += 1
        }
        #expect(model.run.status.phase?.isTerminal == true, "seed \(seed): \(model.run.status)")
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

extension PipelineTask {
    /// Whether items of the task have a pod, a nested run or a job.
    fileprivate var runsSomething: Bool {
        switch work {
        case .container, .pipeline, .trainingJob: true
        default: false
        }
    }
}

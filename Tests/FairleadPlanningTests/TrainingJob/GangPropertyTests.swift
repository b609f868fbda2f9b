import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// The properties that hold of every training job, whatever happens to it.
@Suite struct GangPropertyTests {
    static let seeds: [UInt64] = (0..<80).map { $0 &* 0x9E37_79B9 &+ 11 }

    private static func spec(_ generator: inout SeededGenerator) -> TrainingJobSpec {
        let frameworks: [Framework] = [.none, .pytorch, .jax, .mpi, .tensorflow, .xgboost]
        let framework = frameworks.randomElement(using: &generator) ?? .none
        let nodes = Int.random(in: 1...(generator.chance(0.2) ? 40 : 6), using: &generator)
        var retry: RetrySpec?
        if generator.chance(0.6) {
            retry = RetrySpec(
                max: generator.chance(0.7) ? Int.random(in: 0...3, using: &generator) : nil,
                backoff: RetrySpec.Backoff(duration: FairleadDuration(seconds: 5)),
                rules: generator.chance(0.3)
                    ? [RetryRule(action: .fail, onExitCodes: RetryRule.ExitCodes(operator: .isIn, values: [64]))] : [],
                scope: generator.chance(0.4) ? .replica : nil)
        }
        var spec = TrainingJobSpec.gang(nodes, framework, retry: retry)
        if framework == .tensorflow, generator.chance(0.7) {
            spec.roles = ["chief": RoleSpec(), "ps": RoleSpec(nodes: 2)]
        }
        if framework.isElastic, spec.roles.isEmpty, generator.chance(0.4) {
            spec.elastic = ElasticSpec(minNodes: Int.random(in: 1...nodes, using: &generator), maxNodes: nodes + 2)
        }
        return spec
    }

    /// Something a kubelet, a scheduler, a node or a user does.
    private static func disturb(
        _ model: inout JobModel, _ table: inout GangTable, _ generator: inout SeededGenerator, isCalm: Bool
    ) {
        if generator.chance(0.7) { model.endDeleted(&table) }
        if !isCalm, generator.chance(0.05), var spec = model.job.spec.value {
            spec.suspend = spec.suspend != true
            model.job.spec = .success(spec)
            model.job.metadata.generation = (model.job.metadata.generation ?? 1) + 1
        }
        for name in model.unfinished where generator.chance(0.6) { model.start(name) }
        guard let name = model.running.randomElement(using: &generator) else { return }
        if isCalm {
            for name in model.running where generator.chance(0.5) { model.end(name, exitCode: 0) }
            return
        }
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: model.end(name, exitCode: 1, message: "boom")
        case 1: model.end(name, exitCode: 137, message: "killed")
        case 2: model.end(name, exitCode: 64)
        case 3: model.disrupt(name, "PreemptionByScheduler", &table)
        case 4: model.delete(name, &table)
        case 5: if let node = model.pods[name]?.spec.nodeName { model.lose(node, &table) }
        case 6: model.end(name, exitCode: 137, reason: "OOMKilled")
        default: model.end(name, exitCode: 0)
        }
    }

    /// Plays a job to its end: any prefix of a plan is performed, then the controller may be killed.
    private static func play(_ model: inout JobModel, _ generator: inout SeededGenerator) -> Bool {
        var table = model.rebuilt()
        for step in 0..<4000 {
            let isCalm = step > 400
            if isCalm, var spec = model.job.spec.value, spec.suspend == true {
                spec.suspend = false
                model.job.spec = .success(spec)
            }
            let plan = model.plan(&table)
            if plan.actions.isEmpty, model.job.status.phase?.isTerminal == true, model.unfinished.isEmpty {
                return true
            }
            let prefix = Int.random(in: 0...plan.actions.count, using: &generator)
            for action in plan.actions.prefix(prefix) { model.perform(action, &table) }
            if generator.chance(0.25) { table = model.rebuilt() }
            disturb(&model, &table, &generator, isCalm: isCalm)
            for pod in model.pods.values.shuffled(using: &generator) { table.fold(pod) }
            model.now += Double(Int.random(in: 0...30, using: &generator))
            if model.isDeleted { return false }
        }
        return false
    }

    /// Crash at any action, plan from any rebuilt table: the job ends in the right phase, attempts never overlap, and
    /// every restart has one cause.
    @Test(arguments: seeds) func everyJobEndsAndAttemptsNeverOverlap(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = try JobModel(Self.spec(&generator))
        let hasEnded = Self.play(&model, &generator)
        let status = model.job.status
        try #require(hasEnded, "seed \(seed): \(status) \(model.unfinished)")
        #expect(model.violations.isEmpty, "seed \(seed): \(model.violations.prefix(3))")
        #expect(model.pods.values.allSatisfy { $0.metadata.finalizers.isEmpty }, "seed \(seed): a pod is still held")
        #expect(model.created.values.allSatisfy { $0 == 1 }, "seed \(seed): \(model.created.filter { $0.value > 1 })")
        let shape = GangShape(model.fixed)
        if shape.scope == .gang {
            let (restarts, attempt) = (status.restarts ?? 0, status.attempt ?? 0)
            #expect(attempt == 1 + restarts + model.suspensions, "seed \(seed): \(status)")
            #expect(restarts == (status.failures ?? 0) + (status.disruptions ?? 0), "seed \(seed): \(status)")
            #expect((status.failures ?? 0) <= max(shape.maxRetries ?? 3, 0), "seed \(seed): \(status)")
            #expect((status.disruptions ?? 0) <= PipelineRunPlanner.platformRetries, "seed \(seed): \(status)")
        }
        Self.checkEnd(model, shape, seed)
    }

    /// The job succeeded exactly where its newest attempt did.
    private static func checkEnd(_ model: JobModel, _ shape: GangShape, _ seed: UInt64) {
        let status = model.job.status
        let newest = model.pods.filter { model.attempts[$0.key] == status.attempt }.values
        let succeeded = newest.filter { $0.status.phase == "Succeeded" }
        switch status.phase {
        case .succeeded:
            if shape.endsWithLeader {
                let leader = succeeded.contains { shape.ordinal(of: $0.metadata) == shape.leader }
                // The leader's pod stays, whatever else goes.
                #expect(leader, "seed \(seed): \(status)")
            }
        case .failed:
            #expect(status.reason != nil && status.message?.isEmpty == false, "seed \(seed): \(status)")
        default: Issue.record("seed \(seed): \(status)")
        }
    }

    @Test(arguments: seeds) func foldingInAnyOrderGivesTheSamePlan(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = try JobModel(Self.spec(&generator))
        var table = model.rebuilt()
        for _ in 0..<Int.random(in: 0...30, using: &generator) {
            for action in model.plan(&table).actions { model.perform(action, &table) }
            Self.disturb(&model, &table, &generator, isCalm: false)
            for pod in model.pods.values { table.fold(pod) }
            model.now += 5
        }
        var first = model.rebuilt(order: model.pods.values.shuffled(using: &generator))
        var second = model.rebuilt(
            order: (Array(model.pods.values) + Array(model.pods.values)).shuffled(using: &generator))
        #expect(model.plan(&first).actions.map(Self.text) == model.plan(&second).actions.map(Self.text), "seed \(seed)")
        #expect(first.members == second.members, "seed \(seed)")
        #expect(first.counts == second.counts, "seed \(seed)")
        #expect(first.stale == second.stale, "seed \(seed)")
        #expect(first.totalRestarts == second.totalRestarts, "seed \(seed)")
    }

    /// An action without what counts the events that were folded.
    private static func text(_ action: TrainingJobAction) -> String {
        if case .patchStatus(let status, let flush) = action { return "\(status) \(flush.attempt)" }
        return "\(action)"
    }

    /// What is counted while events come is what a list tells.
    @Test(arguments: seeds) func countsFollowEvents(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = try JobModel(Self.spec(&generator))
        var table = model.rebuilt()
        for _ in 0..<60 where model.job.status.phase?.isTerminal != true {
            for action in model.plan(&table).actions { model.perform(action, &table) }
            Self.disturb(&model, &table, &generator, isCalm: false)
            for pod in model.pods.values.shuffled(using: &generator) { table.fold(pod) }
            let rebuilt = model.rebuilt()
            guard rebuilt.attempt == table.attempt, table.members.allSatisfy({ $0?.isGone != true }) else { continue }
            #expect(rebuilt.counts == table.counts, "seed \(seed)")
            #expect(rebuilt.activePods == table.activePods, "seed \(seed)")
            model.now += 7
        }
    }

    /// A job that is stopped in the middle ends as Stopped, and starts nothing more.
    @Test(arguments: seeds.prefix(30)) func aStoppedJobEnds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = try JobModel(Self.spec(&generator))
        var table = model.rebuilt()
        for _ in 0..<Int.random(in: 0...10, using: &generator) {
            for action in model.plan(&table).actions { model.perform(action, &table) }
            for name in model.unfinished { model.start(name) }
            model.now += 1
        }
        guard model.job.status.phase?.isTerminal != true, var spec = model.job.spec.value else { return }
        spec.shutdown = .terminate
        model.job.spec = .success(spec)
        model.settle(&table)
        #expect(model.job.status.phase == .stopped, "seed \(seed): \(model.job.status)")
        #expect(model.unfinished.isEmpty, "seed \(seed)")
        #expect(model.pods.values.allSatisfy { $0.metadata.finalizers.isEmpty }, "seed \(seed)")
    }
}

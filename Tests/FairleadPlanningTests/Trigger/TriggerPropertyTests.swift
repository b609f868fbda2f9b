import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// The properties that hold of every trigger, whenever its controller is stopped.
@Suite struct TriggerPropertyTests {
    static let seeds: [UInt64] = (0..<40).map { $0 &* 0x9E37_79B9 &+ 23 }

    private static let crons = ["*/10 * * * *", "5,25 * * * *", "0 * * * *", "*/7 1-3 * * *"]

    /// Lets hours pass while the controller performs any prefix of each plan and is stopped, runs end, and time goes on by
    /// any steps.
    private static func play(_ model: inout TriggerModel, _ generator: inout SeededGenerator, steps: Int = 120) {
        for step in 0..<steps {
            let plan = model.plan()
            let prefix = Int.random(in: 0...plan.actions.count, using: &generator)
            for action in plan.actions.prefix(prefix) { model.perform(action) }
            if model.trigger.spec.value?.run != nil, generator.chance(0.3) {
                model.end("r\(step)", ago: Double(Int.random(in: 0...30, using: &generator)))
            }
            if generator.chance(0.4), let name = model.active.randomElement(using: &generator) {
                model.finish(name, generator.chance(0.3) ? .failed : .succeeded)
            }
            let longest = generator.chance(0.1) ? 4000 : 400
            model.now.addTimeInterval(Double(Int.random(in: 0...longest, using: &generator)))
        }
    }

    private static func drain(_ model: inout TriggerModel) {
        model.settle()
        while !model.active.isEmpty {
            model.finishAll()
            model.settle()
        }
    }

    private static func slots(_ model: TriggerModel) throws -> [String] {
        let source = try #require(model.trigger.spec.value?.schedule)
        let schedule = try #require(CronSchedule(source))
        var names: [String] = []
        var time = Time(TriggerModel.start)
        while let next = schedule.next(after: time), next <= Time(model.now) {
            names.append(TriggerNaming.runName(trigger: "nightly", slot: TriggerSlot(time: next)))
            time = next
        }
        return names
    }

    /// Everything caught up: each slot is run exactly once.
    @Test(arguments: seeds) func noSlotIsMissedOrRunTwice(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let cron = try #require(Self.crons.randomElement(using: &generator))
        let policy = ["Allow", "Queue"].randomElement(using: &generator) ?? ""
        var model = try TriggerModel.scheduled(
            cron, "catchUp: All, maxCatchUp: 100, timeZone: Europe/Amsterdam", "concurrencyPolicy: \(policy)")
        Self.play(&model, &generator)
        Self.drain(&model)
        #expect(model.made.sorted() == (try Self.slots(model)).sorted(), "seed \(seed): \(cron) \(policy)")
        #expect(policy == "Allow" || model.made == model.made.sorted(), "seed \(seed): out of order")
        #expect(model.trigger.status.missed == nil, "seed \(seed)")
    }

    /// Whatever the policies: no slot runs twice, and what was not run was counted.
    @Test(arguments: seeds) func everySlotIsRunOrCounted(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let cron = try #require(Self.crons.randomElement(using: &generator))
        let policy = ["Allow", "Forbid", "Replace", "Queue"].randomElement(using: &generator) ?? ""
        let catchUp = ["None", "Latest", "All"].randomElement(using: &generator) ?? ""
        var lines = "concurrencyPolicy: \(policy)"
        if generator.chance(0.3) { lines += "\ncooldown: 25m" }
        if generator.chance(0.3) { lines += "\nmaxPerDay: 9" }
        if generator.chance(0.3) { lines += "\nstartingDeadlineSeconds: 700" }
        var model = try TriggerModel.scheduled(cron, "catchUp: \(catchUp)", lines)
        Self.play(&model, &generator)
        model.settle()
        #expect(Set(model.made).count == model.made.count, "seed \(seed): made twice: \(model.made)")
        let slots = try Self.slots(model)
        #expect(Set(model.made).isSubset(of: slots), "seed \(seed)")
        let told = model.made.count + Int(model.trigger.status.missed ?? 0) + model.trigger.status.waiting.count
        #expect(told == slots.count, "seed \(seed): \(cron) \(catchUp) \(lines)")
        let now = model.plan()
        #expect(now.actions.isEmpty, "seed \(seed): no rest: \(now.actions)")
        if policy == "Forbid" || policy == "Queue" { #expect(model.active.count <= 1, "seed \(seed)") }
    }

    @Test(arguments: seeds) func everyEndStartsExactlyOneRun(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let policy = generator.chance(0.5) ? "Allow" : "Queue"
        var model = try TriggerModel(
            """
            run: {pipeline: ingest}
            concurrencyPolicy: \(policy)
            template: {pipelineRun: {spec: {pipeline: churn}}}
            """)
        model.now.addTimeInterval(60)
        Self.play(&model, &generator)
        Self.drain(&model)
        #expect(model.made.count == model.sources.count, "seed \(seed)")
        #expect(Set(model.made).count == model.made.count, "seed \(seed)")
        let sources = Set(model.sources.values.map { "uid-\($0.metadata.name)" })
        #expect(sources.count == model.made.count, "seed \(seed)")
    }
}

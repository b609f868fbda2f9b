import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What a run asks for, and what it tells, while a quota or a policy refuses its pods.
@Suite struct PlannerQuotaTests {
    private func task(_ name: String, pending: FairleadDuration? = nil, retries: Int = 0) -> PipelineTask {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        container.timeouts = Timeouts(pending: pending)
        container.retry = RetrySpec(max: retries)
        return PipelineTask(name: name, container: container)
    }

    /// Plans and performs until the run has nothing to do; returns for how long it has not.
    private func rest(_ model: inout RunModel, _ table: inout RunTable) -> Duration? {
        for _ in 0..<5_000 {
            let plan = model.plan(&table)
            guard plan.actions.isEmpty else {
                for action in plan.actions { model.perform(action, &table) }
                continue
            }
            switch plan.wake {
            case .now: continue
            case .onChange: return nil
            case .after(let wait):
                // A status that is held back for an instant is no rest.
                if wait > .milliseconds(500) { return wait }
                model.now += 0.5
            }
        }
        Issue.record("the planner does not come to rest")
        return nil
    }

    /// Runs until the end: a pod ends every two seconds, whatever the run asks for meanwhile.
    ///
    /// - Returns: How often the run asked again because time had passed.
    private func play(_ model: inout RunModel) -> Int {
        var table = model.rebuilt()
        var timers = 0
        for _ in 0..<10_000 where model.run.status.phase?.isTerminal != true {
            let end = model.now.addingTimeInterval(2)
            while let wait = rest(&model, &table), model.now.addingTimeInterval(wait / .seconds(1)) < end {
                model.now += wait / .seconds(1)
                timers += 1
            }
            model.now = max(model.now, end)
            // The informer tells of every pod that there is again and again.
            let names = model.unfinished
            if let name = names.first { model.end(name, exitCode: 0) }
            for name in names { if let pod = model.pods[name] { table.fold(pod) } }
        }
        #expect(model.run.status.phase == .succeeded, "\(model.run.status.phase as Any)")
        return timers
    }

    @Test func aWideGraphAsksForOnePodWhereOneMayBeMade() {
        var model = RunModel(PipelineSpec(tasks: (0..<500).map { task("t\($0)") }))
        model.quota = 10
        let timers = play(&model)
        #expect(model.created.count == 500)
        #expect(model.refusals <= 500 + timers + 20, "\(model.refusals) refusals, \(timers) timers")
        #expect(timers < 20, "\(timers)")
    }

    @Test func aMapAsksForOnePodWhereOneMayBeMade() {
        var items = task("m")
        items.map = MapSpec(count: 1000)
        var model = RunModel(PipelineSpec(tasks: [items]))
        model.quota = 20
        let timers = play(&model)
        #expect(model.created.count == 1000)
        #expect(model.refusals <= 1000 + timers + 20, "\(model.refusals) refusals, \(timers) timers")
    }

    @Test func aQuotaThatIsUsedUpByOthersIsAskedForOnceAMinuteAndTheRunGoesOnByItself() {
        var model = RunModel(PipelineSpec(tasks: (0..<500).map { task("t\($0)") }))
        model.quota = 0
        var table = model.rebuilt()
        let start = model.now
        while model.now.timeIntervalSince(start) < 3600, let wait = rest(&model, &table) {
            model.now += wait / .seconds(1)
        }
        #expect(model.refusals > 50 && model.refusals < 80, "\(model.refusals)")
        // All that wait say so, whoever was asked for.
        #expect(model.run.status.tasks.allSatisfy { $0.message?.hasPrefix("waits since pod ") == true })
        model.quota = .max
        if let wait = rest(&model, &table) { model.now += wait / .seconds(1) }
        _ = rest(&model, &table)
        #expect(model.created.count == 500)
        #expect(model.run.status.tasks.allSatisfy { $0.message == nil })
    }

    @Test func aQuotaThatCountsLateIsAskedAgainSoon() {
        var model = RunModel(PipelineSpec(tasks: (0..<20).map { task("t\($0)") }))
        model.quota = 10
        var table = model.rebuilt()
        while let wait = rest(&model, &table), model.now.timeIntervalSince1970 < 1_767_225_600 + 600 {
            model.now += wait / .seconds(1)
        }
        // What ended is counted a second later.
        model.quota = 9
        if let name = model.unfinished.first { model.end(name, exitCode: 0) }
        model.show(&table)
        let wait = rest(&model, &table)
        #expect(wait.map { $0 < .seconds(2) } == true, "\(String(describing: wait))")
        model.quota = 10
        model.now += 2
        _ = rest(&model, &table)
        #expect(model.unfinished.count == 10)
    }

    /// A task that a policy never admits costs the others nothing.
    @Test func oneTaskThatIsAlwaysRefusedKeepsNoOtherFromStarting() throws {
        var model = RunModel(PipelineSpec(tasks: (0..<40).map { task("t\($0)", pending: FairleadDuration("5m")) }))
        model.refused = ["t0", "t1", "t2"]
        var table = model.rebuilt()
        let start = model.now
        while model.created.count < 37, let wait = rest(&model, &table) { model.now += wait / .seconds(1) }
        #expect(model.created.count == 37)
        #expect(model.now.timeIntervalSince(start) < 60)
        for name in model.unfinished { model.start(name) }
        model.show(&table)
        while model.now.timeIntervalSince(start) < 500, let wait = rest(&model, &table) {
            model.now += wait / .seconds(1)
        }
        let failed = model.run.status.tasks.filter { $0.reason == .pendingTimeout }
        #expect(failed.map(\.name) == ["t0", "t1", "t2"])
        #expect(
            failed.first?.message?.contains("no pod was made within timeouts.pending: pod run-t0") == true,
            "\(failed)")
    }

    @Test func anItemWhoseSiblingsHoldTheQuotaIsNotOutOfTime() throws {
        var items = task("m", pending: FairleadDuration("30m"))
        items.map = MapSpec(count: 12)
        var model = RunModel(PipelineSpec(tasks: [items]))
        model.quota = 10
        var table = model.rebuilt()
        for _ in 0..<2 {
            // They run for an hour.
            let start = model.now
            _ = rest(&model, &table)
            for name in model.unfinished { model.start(name) }
            model.show(&table)
            while model.now.timeIntervalSince(start) < 3600, let wait = rest(&model, &table) {
                model.now += wait / .seconds(1)
            }
            if model.created.count == 10 {
                let message = try #require(model.run.status.tasks.first?.message)
                #expect(message.hasPrefix("waits since pod "))
            }
            for name in model.unfinished { model.end(name, exitCode: 0) }
            model.show(&table)
        }
        _ = rest(&model, &table)
        #expect(model.run.status.phase == .succeeded, "\(model.run.status)")
    }

    @Test func aRetryThatIsRefusedIsTold() throws {
        var items = task("m")
        items.map = MapSpec(count: 2, maxFailed: .count(1))
        var model = RunModel(PipelineSpec(tasks: [task("a", retries: 1), items]))
        var table = model.rebuilt()
        _ = rest(&model, &table)
        let pods = Dictionary(grouping: model.unfinished) { model.pods[$0]?.metadata.labels[FairleadLabel.task] ?? "" }
        let (single, first) = (try #require(pods["a"]?.first), try #require(pods["m"]?.first))
        for name in pods["m"] ?? [] where name != first { model.delete(name) }
        model.quota = 0
        model.end(single, exitCode: 1)
        model.end(first, exitCode: 1)
        for name in model.unfinished { model.end(name, exitCode: 137, reason: "Evicted") }
        model.show(&table)
        for _ in 0..<20 {
            if let wait = rest(&model, &table) { model.now += wait / .seconds(1) }
        }
        let tasks = model.run.status.tasks
        let message = try #require(tasks.first?.message)
        #expect(message.hasPrefix("waits since pod ") && message.contains("\nattempt 1: "), "\(message)")
        #expect(tasks.first?.reason == .exitCode)
        let story = try #require(tasks.last?.message)
        #expect(story.hasPrefix("item ") && story.contains("\nwaits since pod "), "\(story)")
        // The next controller reads the failure, and not what was waited for.
        model.quota = .max
        table = model.rebuilt()
        _ = rest(&model, &table)
        for name in model.unfinished { model.end(name, exitCode: 0) }
        model.show(&table)
        _ = rest(&model, &table)
        #expect(model.run.status.phase == .succeeded, "\(model.run.status)")
        #expect(model.run.status.tasks.last?.message?.contains("waits") == false)
    }

    @Test func aLeaderThatTakesOverCountsFromTheFirstRefusal() throws {
        var model = RunModel(PipelineSpec(tasks: [task("a", pending: FairleadDuration("5m")), task("b")]))
        model.refused = ["a"]
        var table = model.rebuilt()
        let start = model.now
        for minutes in 1...20 where model.run.status.tasks.first?.phase.isTerminal != true {
            let end = start.addingTimeInterval(Double(minutes) * 60)
            while model.now < end, let wait = rest(&model, &table) { model.now += min(wait / .seconds(1), 60) }
            if minutes == 1 {
                let since = try #require(model.run.status.tasks.first?.waitingSince)
                #expect(since.date.timeIntervalSince(start) < 5)
                #expect(model.run.status.tasks.last?.waitingSince == nil)
            }
            // Every minute another one leads.
            table = model.rebuilt()
        }
        let record = try #require(model.run.status.tasks.first)
        #expect(record.reason == .pendingTimeout && record.waitingSince == nil, "\(record)")
        let waited = record.completionTime.map { $0.date.timeIntervalSince(start) } ?? 0
        #expect(waited >= 300 && waited < 370, "\(waited)")
    }

    /// Nobody led for an hour: who waited at its beginning has not been refused since.
    @Test func whatTheNextLeaderNeverAskedForIsNotOutOfTime() throws {
        var model = RunModel(PipelineSpec(tasks: (0..<40).map { task("t\($0)", pending: FairleadDuration("5m")) }))
        model.quota = 0
        var table = model.rebuilt()
        let start = model.now
        while model.now.timeIntervalSince(start) < 120, let wait = rest(&model, &table) {
            model.now += wait / .seconds(1)
        }
        #expect(model.run.status.tasks.allSatisfy { $0.waitingSince != nil })
        model.now += 3600
        model.quota = .max
        model.refused = ["t0"]
        table = model.rebuilt()
        let end = model.now.addingTimeInterval(120)
        while model.now < end, let wait = rest(&model, &table) { model.now += min(wait / .seconds(1), 60) }
        let failed = model.run.status.tasks.filter { $0.reason == .pendingTimeout }.map(\.name)
        #expect(failed == ["t0"], "it was refused before and after")
        #expect(model.created.count == 39)
    }

    @Test func whoWaitsForAnotherLeadersRefusalIsOutOfTimeToo() throws {
        var model = RunModel(PipelineSpec(tasks: (0..<20).map { task("t\($0)", pending: FairleadDuration("5m")) }))
        model.quota = 0
        var table = model.rebuilt()
        let start = model.now
        while model.now.timeIntervalSince(start) < 120, let wait = rest(&model, &table) {
            model.now += wait / .seconds(1)
        }
        table = model.rebuilt()
        let change = model.now
        while model.run.status.phase?.isTerminal != true, model.now.timeIntervalSince(change) < 600,
            let wait = rest(&model, &table)
        {
            model.now += wait / .seconds(1)
        }
        let ends = model.run.status.tasks.compactMap { $0.completionTime?.date.timeIntervalSince(change) }
        #expect(ends.count == 20 && ends.allSatisfy { $0 < 370 }, "\(ends)")
    }

    @Test func aNestedRunThatWasRefusedIsAskedForWhenASiblingHasEnded() throws {
        var fan = PipelineTask(name: "fan", work: .pipeline(NestedPipeline(name: "other")))
        fan.map = MapSpec(count: 4, parallelism: 2)
        var model = RunModel(PipelineSpec(tasks: [fan]))
        var table = model.rebuilt()
        _ = rest(&model, &table)
        let names = model.childNames
        try #require(names.count == 2)
        model.refused = ["fan"]
        model.endChild(names[0], .succeeded)
        model.show(&table)
        let start = model.now
        while model.now.timeIntervalSince(start) < 600, let wait = rest(&model, &table) {
            model.now += wait / .seconds(1)
        }
        #expect(model.refusals > 3 && model.childNames.count == 2)
        _ = rest(&model, &table)
        model.refused = []
        let end = model.now
        model.endChild(names[1], .succeeded)
        model.show(&table)
        _ = rest(&model, &table)
        #expect(model.childNames.count >= 3 && model.now.timeIntervalSince(end) < 3)
    }

    @Test func aNestedRunThatIsRefusedHoldsBackItsOwnTaskAlone() throws {
        var fan = PipelineTask(name: "fan", work: .pipeline(NestedPipeline(name: "other")))
        fan.map = MapSpec(count: 20)
        let kid = PipelineTask(name: "kid", work: .pipeline(NestedPipeline(name: "other")))
        var model = RunModel(PipelineSpec(tasks: [fan, kid, task("pod")]))
        model.refused = ["fan"]
        var table = model.rebuilt()
        let start = model.now
        while model.now.timeIntervalSince(start) < 3600, let wait = rest(&model, &table) {
            model.now += wait / .seconds(1)
        }
        #expect(model.unfinished.count == 1 && model.childNames.count == 1)
        #expect(model.refusals > 50 && model.refusals < 90, "\(model.refusals)")
        #expect(model.run.status.tasks.first?.message?.hasPrefix("waits since ") == true)
        for name in model.unfinished { model.end(name, exitCode: 0) }
        for name in model.childNames { model.endChild(name, .succeeded) }
        model.show(&table)
        _ = rest(&model, &table)
        #expect(model.run.status.tasks.map(\.phase) == [.running, .succeeded, .succeeded])
        model.refused = []
        model.now += 61
        _ = rest(&model, &table)
        #expect(model.childNames.count == 21)
        for name in model.childNames { model.endChild(name, .succeeded) }
        model.show(&table)
        _ = rest(&model, &table)
        #expect(model.run.status.phase == .succeeded, "\(model.run.status)")
    }
}

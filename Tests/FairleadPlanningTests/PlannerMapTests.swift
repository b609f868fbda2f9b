import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// What becomes of a task with many items.
@Suite struct PlannerMapTests {
    private func mapped(_ map: MapSpec, results: [ResultSpec] = [], retries: Int = 0) -> PipelineTask {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        container.results = results
        container.retry = RetrySpec(max: retries)
        var task = PipelineTask(name: "m", container: container)
        task.map = map
        return task
    }

    private func item(_ model: RunModel, _ name: String) -> Int? {
        model.pods[name]?.metadata.labels[FairleadLabel.itemIndex].flatMap { Int($0) }
    }

    /// Ends pods as told until nothing is left, and counts how many ran at once.
    private func play(_ model: inout RunModel, _ end: (inout RunModel, String, Int) -> Void) -> Int {
        var table = model.rebuilt()
        var most = 0
        for _ in 0..<10_000 {
            model.settle(&table)
            if model.run.status.phase?.isTerminal == true { return most }
            most = max(most, model.unfinished.count)
            for name in model.unfinished { end(&model, name, item(model, name) ?? 0) }
            model.show(&table)
        }
        Issue.record("the run does not end")
        return most
    }

    @Test func parallelismBoundsTheItemsThatRunAtOnce() throws {
        var model = RunModel(PipelineSpec(tasks: [mapped(MapSpec(count: 20, parallelism: 3))]))
        let most = play(&model) { model, name, _ in model.end(name, exitCode: 0) }
        #expect(most == 3)
        let map = try #require(model.run.status.tasks.first?.map)
        #expect(map == MapStatus(total: 20, active: 0, completedIndexes: "0-19", failedIndexes: ""))
    }

    @Test func resultsAreAListInTheOrderOfTheItems() throws {
        let spec = PipelineSpec(
            tasks: [mapped(MapSpec(count: 5, maxFailed: .count(1)), results: [ResultSpec(name: "n", type: .integer)])])
        var model = RunModel(spec)
        _ = play(&model) { model, name, item in
            model.end(name, exitCode: item == 3 ? 1 : 0, message: "n=\(item * 10)")
        }
        #expect(model.run.status.phase == .succeeded)
        let location = ItemOutputs.listLocation(run: model.run.metadata, task: "m", .results, "n")
        #expect(model.lists[location.configMap]?[location.key] == "[0,10,20,null,40]")
        #expect(model.run.status.tasks.first?.map?.failedIndexes == "3")
        #expect(model.run.status.tasks.first?.message?.contains("1 of 5 items failed; item 3") == true)
    }

    @Test func moreFailuresThanAllowedEndTheTaskWithoutStartingMore() throws {
        var model = RunModel(
            PipelineSpec(tasks: [mapped(MapSpec(count: 1000, parallelism: 2, maxFailed: .percent(0.2)))]))
        _ = play(&model) { model, name, item in model.end(name, exitCode: item % 2) }
        let task = try #require(model.run.status.tasks.first)
        #expect(task.phase == .failed)
        #expect(task.reason == .exitCode)
        #expect(task.map?.failedIndexes == "1,3,5")
        #expect(model.created.count < 10)
        #expect(model.run.status.phase == .failed)
    }

    @Test func anEmptyListSucceedsAtOnce() {
        var model = RunModel(
            PipelineSpec(tasks: [mapped(MapSpec(over: .single(.reference("params.list"))))]), params: ["list": []])
        _ = play(&model) { _, _, _ in }
        #expect(model.run.status.phase == .succeeded)
        #expect(model.created.isEmpty)
    }

    @Test func itemsOfAProductHaveANameForEachValue() throws {
        let map = MapSpec(
            over: .product([
                MapFactor(name: "c", source: .items(["NL", "DE"])), MapFactor(name: "s", source: .items([1, 2, 3])),
            ]))
        let items = TaskItems.product([
            TaskItems.Factor(name: "c", values: ["NL", "DE"]), TaskItems.Factor(name: "s", values: [1, 2, 3]),
        ])
        #expect(items.count == 6)
        #expect(items.value(at: 0) == ["c": "NL", "s": 1])
        #expect(items.value(at: 4) == ["c": "DE", "s": 2])
        var model = RunModel(PipelineSpec(tasks: [mapped(map)]))
        _ = play(&model) { model, name, _ in model.end(name, exitCode: 0) }
        #expect(model.run.status.tasks.first?.map?.completedIndexes == "0-5")
    }

    @Test func somethingThatIsNoListFailsTheTask() throws {
        var model = RunModel(
            PipelineSpec(tasks: [mapped(MapSpec(over: .single(.reference("params.list"))))]), params: ["list": "a"])
        _ = play(&model) { _, _, _ in }
        let task = try #require(model.run.status.tasks.first)
        #expect(task.reason == .expressionFailed)
        #expect(task.message == #"map.over: params.list is no list: "a""#)
    }

    @Test func aControllerThatStartsAnewGoesOnWhereTheStatusAndThePodsAre() throws {
        let spec = PipelineSpec(
            tasks: [mapped(MapSpec(count: 40, parallelism: 4), results: [ResultSpec(name: "n", type: .integer)])])
        var model = RunModel(spec)
        for _ in 0..<200 where model.run.status.phase?.isTerminal != true {
            var table = model.rebuilt()
            model.settle(&table)
            for name in model.unfinished { model.end(name, exitCode: 0, message: "n=\(item(model, name) ?? -1)") }
        }
        #expect(model.run.status.phase == .succeeded)
        #expect(model.created.values.allSatisfy { $0 == 1 })
        #expect(model.created.count == 40)
        let location = ItemOutputs.listLocation(run: model.run.metadata, task: "m", .results, "n")
        let expected = (0..<40).map(String.init).joined(separator: ",")
        #expect(model.lists[location.configMap]?[location.key]?.stringValue == "[\(expected)]")
    }

    @Test func aListThatDoesNotFitFailsTheTaskWithAdvice() throws {
        let spec = PipelineSpec(
            tasks: [mapped(MapSpec(count: 400), results: [ResultSpec(name: "text", type: .string)])])
        var model = RunModel(spec)
        let text = String(repeating: "x", count: 3900)
        _ = play(&model) { model, name, _ in model.end(name, exitCode: 0, message: "text=\(text)") }
        let task = try #require(model.run.status.tasks.first)
        #expect(task.phase == .failed)
        #expect(task.reason == .resultTooLarge)
        #expect(task.message?.contains("write an artifact") == true)
    }

    @Test func theStatusOfManyItemsStaysSmallEvenWhereFailuresAreScattered() throws {
        var (completed, failed) = (IndexRanges(), IndexRanges())
        for item in 0..<20_000 {
            if item % 2 == 0 { completed.insert(item) } else { failed.insert(item) }
        }
        var model = RunModel(PipelineSpec(tasks: [mapped(MapSpec(count: 20_001, maxFailed: .percent(100)))]))
        let map = MapStatus(total: 20_001, completedIndexes: completed.text, failedIndexes: failed.text)
        model.run.status.tasks = [TaskStatus(name: "m", phase: .running, map: map)]
        var table = model.rebuilt()
        model.settle(&table)
        let bytes = try KubernetesJSON.encode(model.run.status).count
        #expect(bytes < 100_000, "\(bytes) bytes")
        #expect(model.run.status.tasks.first?.map?.completedIndexes == completed.text)
    }

    @Test func failuresThatTheStatusDoesNotShowAreKnownAfterARestart() throws {
        var model = RunModel(PipelineSpec(tasks: [mapped(MapSpec(count: 2400, maxFailed: .percent(100)))]))
        for _ in 0..<200 where model.run.status.phase?.isTerminal != true {
            var table = model.rebuilt()
            model.settle(&table, steps: 200)
            for name in model.unfinished { model.end(name, exitCode: (item(model, name) ?? 0) % 2) }
        }
        #expect(model.run.status.phase == .succeeded)
        #expect(model.created.count == 2400)
        #expect(model.created.values.allSatisfy { $0 == 1 })
        let map = try #require(model.run.status.tasks.first?.map)
        #expect(IndexRanges(parsing: map.completedIndexes ?? "").count == 1200)
        #expect(map.failedIndexes?.hasSuffix(",…") == true)
    }
}

/// Ranges of indexes.
@Suite struct IndexRangesTests {
    @Test func theTextIsReadAgain() {
        var ranges = IndexRanges()
        for index in [5, 3, 4, 9, 0, 1, 11, 10] { ranges.insert(index) }
        #expect(ranges.text == "0-1,3-5,9-11")
        #expect(ranges.count == 8)
        #expect(IndexRanges(parsing: ranges.text) == ranges)
        #expect(ranges.contains(4))
        #expect(!ranges.contains(2))
        #expect(IndexRanges(parsing: "x,3-1,-4,7").text == "7")
    }

    @Test(arguments: 0..<20) func itHoldsWhatASetHolds(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var (ranges, set) = (IndexRanges(), Set<Int>())
        for _ in 0..<200 {
            let index = Int.random(in: 0..<120, using: &generator)
            ranges.insert(index)
            set.insert(index)
            #expect(ranges.count == set.count, "seed \(seed)")
        }
        for index in 0..<120 { #expect(ranges.contains(index) == set.contains(index)) }
    }
}

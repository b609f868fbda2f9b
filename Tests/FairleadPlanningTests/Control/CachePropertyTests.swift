import FairleadAPI
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadPlanning

/// What holds of the cache however the calls of many runs fall between each other, and whoever dies.
@Suite struct CachePropertyTests {
    static let seeds: [UInt64] = (0..<150).map { $0 &* 0x9E37 &+ 11 }

    @Test(arguments: seeds) func eachKeyIsComputedOnceThoughControllersDie(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let keys = Int.random(in: 1...3, using: &generator)
        var model = CacheModel(workers: Int.random(in: 2...7, using: &generator), keys: keys)
        for _ in 0..<2000 where !model.isOver {
            let index = Int.random(in: model.workers.indices, using: &generator)
            if generator.chance(0.1) { model.look(index) }
            if generator.chance(0.02) { model.restart() }
            model.step(index)
        }
        #expect(model.isOver, "seed \(seed)")
        #expect(model.computed.count == min(keys, model.workers.count), "seed \(seed)")
        #expect(model.computed.values.allSatisfy { $0 == 1 }, "seed \(seed): \(model.computed)")
    }

    @Test(arguments: seeds) func whoeverDiesTheOthersEnd(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = CacheModel(workers: 6, keys: 2)
        var deaths = 0
        for _ in 0..<3000 where !model.isOver {
            let index = Int.random(in: model.workers.indices, using: &generator)
            if generator.chance(0.1) { model.look(index) }
            if generator.chance(0.02), deaths < 4 {
                model.kill(index)
                deaths += 1
            }
            model.step(index)
        }
        #expect(model.isOver, "seed \(seed)")
        #expect(model.computed.values.allSatisfy { $0 <= 1 + deaths }, "seed \(seed): \(model.computed)")
    }

    @Test func anOutcomeThatIsTooOldIsComputedAgain() {
        var model = CacheModel(workers: 2, keys: 1, maxAge: FairleadDuration("1h"))
        while !model.isEnded(0) { model.step(0) }
        model.now += 3599
        #expect(model.ask(1) == .hit)
        model.now += 2
        #expect(model.ask(1) == .compute)
    }

    @Test func aRefreshComputesAndTakesTheEntrysPlace() throws {
        var model = CacheModel(workers: 3, keys: 1)
        while !model.isEnded(0) { model.step(0) }
        model.now += 60
        model.workers[1].request.notBefore = model.now
        model.now += 5
        while !model.isEnded(1) { model.step(1) }
        #expect(model.computed.values.first == 2)
        let entry = try #require(model.entry(model.workers[0].request.key))
        #expect(entry.claimant.run == "run1")
        #expect(model.ask(2) == .hit)
    }

    @Test(arguments: [PipelineRunStatus.Phase.failed, .stopped, .suspended, .succeeded])
    func aClaimWhoseRunCannotCompleteItIsTakenOver(phase: PipelineRunStatus.Phase) {
        var model = CacheModel(workers: 2, keys: 1)
        #expect(model.ask(0) == .compute)
        #expect(model.ask(1) == .wait)
        model.runs["run0"]?.status.phase = phase
        #expect(model.ask(1) == .compute)
    }

    @Test func aClaimEndsWithItsTaskAndItsItem() {
        var model = CacheModel(workers: 2, keys: 1)
        #expect(model.ask(0) == .compute)
        var status = TaskStatus(name: "t", phase: .running)
        status.map = MapStatus(total: 4, active: 1, completedIndexes: "1-2")
        model.runs["run0"]?.status.tasks = [status]
        #expect(model.ask(1) == .wait)
        model.runs["run0"]?.status.tasks[0].map?.failedIndexes = "0"
        #expect(model.ask(1) == .compute)
    }
}

extension CacheModel {
    enum Answer: Equatable { case hit, wait, compute }

    func isEnded(_ index: Int) -> Bool { if case .ended = workers[index].stage { true } else { false } }

    /// Asks for a worker and says what came of it.
    mutating func ask(_ index: Int) -> Answer? {
        workers[index].stage = .idle
        for _ in 0..<20 {
            step(index)
            switch workers[index].stage {
            case .computing: return .compute
            case .waiting: return .wait
            case .ended: return .hit
            case .idle, .asking, .writing: continue
            }
        }
        return nil
    }
}

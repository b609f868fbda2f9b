import FairleadAPI
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadPlanning

/// Concurrency groups: nobody gets a slot that another one has, and no slot is lost.
@Suite struct ConcurrencyGroupTests {
    private static func run(_ name: String, at second: Int64 = 0, parent: String? = nil) -> PipelineRun {
        var metadata = ObjectMeta(name: name, namespace: "team", uid: "uid-\(name)")
        metadata.creationTimestamp = Time(Date(timeIntervalSince1970: 1_767_225_600 + Double(second)))
        if let parent {
            var owner = OwnerReference(
                controller: .pipelineRun, metadata: ObjectMeta(name: parent, uid: "uid-\(parent)"))
            owner.controller = true
            metadata.ownerReferences = [owner]
        }
        return PipelineRun(metadata: metadata, spec: PipelineRunSpec(pipeline: "p"))
    }

    private static func claim(_ policy: ConcurrencyPolicy = .queue, max: Int = 1) -> ConcurrencyClaim {
        ConcurrencyClaim(group: "nl", max: max, policy: policy)
    }

    private static func admitted(_ run: PipelineRun) -> PipelineRun {
        var run = run
        run.status.concurrencyGroup = "nl"
        run.status.phase = .running
        run.status.startTime = run.metadata.creationTimestamp
        return run
    }

    @Test func whoCameFirstIsServedFirst() {
        var groups = ConcurrencyGroups()
        let (first, second, third) = (Self.run("b", at: 1), Self.run("a", at: 2), Self.run("c", at: 2))
        #expect(groups.ask(first, Self.claim()).answer == .admitted)
        guard case .wait(let message) = groups.ask(third, Self.claim()).answer else {
            Issue.record("not told to wait")
            return
        }
        #expect(message == "number 1 in line for concurrency group \"nl\" (max 1), held by b")
        _ = groups.ask(second, Self.claim())
        #expect(groups.forget("uid-b").map(\.name) == ["a", "c"])
        #expect(groups.ask(third, Self.claim()).answer != .admitted)
        #expect(groups.ask(second, Self.claim()).answer == .admitted)
    }

    @Test func groupsOfOtherNamespacesAndNamesAreOthers() {
        var groups = ConcurrencyGroups()
        #expect(groups.ask(Self.run("a"), Self.claim()).answer == .admitted)
        var elsewhere = Self.run("b")
        elsewhere.metadata.namespace = "other"
        #expect(groups.ask(elsewhere, Self.claim()).answer == .admitted)
        let other = ConcurrencyClaim(group: "be", max: 1, policy: .queue)
        #expect(groups.ask(Self.run("c"), other).answer == .admitted)
        #expect(groups.ask(Self.run("d"), Self.claim(max: 2)).answer == .admitted)
    }

    @Test func forbidRefusesAndLeavesNothingBehind() {
        var groups = ConcurrencyGroups()
        _ = groups.ask(Self.run("a"), Self.claim(.forbid))
        guard case .refused(let message) = groups.ask(Self.run("b", at: 1), Self.claim(.forbid)).answer else {
            Issue.record("not refused")
            return
        }
        #expect(message.contains("taken by a"))
        #expect(groups.forget("uid-a").isEmpty)
        #expect(groups.ask(Self.run("c", at: 2), Self.claim(.forbid)).answer == .admitted)
    }

    @Test func replaceLetsTheNewestStay() {
        var groups = ConcurrencyGroups()
        #expect(groups.ask(Self.run("a"), Self.claim(.replace)).answer == .admitted)
        let second = groups.ask(Self.run("b", at: 1), Self.claim(.replace))
        #expect(second.replaces.map(\.name) == ["a"])
        let third = groups.ask(Self.run("c", at: 2), Self.claim(.replace))
        #expect(third.replaces.map(\.name) == ["a", "b"])
        #expect(groups.ask(Self.run("b", at: 1), Self.claim(.replace)).answer == .replaced(by: "c"))
        _ = groups.forget("uid-a")
        #expect(groups.ask(Self.run("c", at: 2), Self.claim(.replace)).answer == .admitted)
    }

    @Test func aNestedRunDoesNotWaitForTheRunThatWaitsForIt() {
        var groups = ConcurrencyGroups()
        _ = groups.ask(Self.run("a"), Self.claim())
        #expect(groups.ask(Self.run("inner", at: 1, parent: "a"), Self.claim()).answer == .admitted)
        #expect(groups.ask(Self.run("b", at: 2), Self.claim()).answer != .admitted)
        _ = groups.forget("uid-inner")
        #expect(groups.ask(Self.run("b", at: 2), Self.claim()).answer != .admitted)
        _ = groups.forget("uid-a")
        #expect(groups.ask(Self.run("b", at: 2), Self.claim()).answer == .admitted)
    }

    @Test func anOldVersionTakesNoSlotAway() {
        var groups = ConcurrencyGroups()
        let run = Self.run("a")
        #expect(groups.ask(run, Self.claim()).answer == .admitted)
        var queued = run
        queued.status.concurrencyGroup = "nl"
        queued.status.phase = .queued
        _ = groups.observe(queued)
        #expect(groups.ask(Self.run("b", at: 1), Self.claim()).answer != .admitted)
    }

    static let seeds: [UInt64] = (0..<100).map { $0 &* 0x51_7CC1 &+ 5 }

    @Test(arguments: seeds) func neverTooManyAndNoSlotIsLost(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let claim = Self.claim(max: Int.random(in: 1...3, using: &generator))
        var groups = ConcurrencyGroups()
        var waiting = (0..<12).map { Self.run("r\($0)", at: Int64($0 / 3)) }
        var running: [PipelineRun] = []
        var granted: [PipelineRun] = []
        for _ in 0..<600 where !(waiting.isEmpty && running.isEmpty && granted.isEmpty) {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                guard let index = waiting.indices.randomElement(using: &generator) else { continue }
                if groups.ask(waiting[index], claim).answer == .admitted { granted.append(waiting.remove(at: index)) }
            case 2:
                guard !granted.isEmpty else { continue }
                let run = Self.admitted(granted.removeFirst())
                running.append(run)
                if generator.chance(0.7) { _ = groups.observe(run) }
            case 3:
                guard let index = running.indices.randomElement(using: &generator) else { continue }
                var run = running.remove(at: index)
                if generator.chance(0.5) {
                    run.status.phase = .failed
                    _ = groups.observe(run)
                } else {
                    _ = groups.forget(run.metadata.uid)
                }
            default:
                guard generator.chance(0.2) else { continue }
                // A controller comes back: what was granted and not written is asked for again.
                groups = ConcurrencyGroups()
                waiting += granted
                granted = []
                for run in running.shuffled(using: &generator) { _ = groups.observe(run) }
            }
            #expect(running.count + granted.count <= claim.max, "seed \(seed)")
        }
        #expect(waiting.isEmpty && running.isEmpty && granted.isEmpty, "seed \(seed)")
    }
}

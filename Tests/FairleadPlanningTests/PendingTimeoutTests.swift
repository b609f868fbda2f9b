import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// A pod that starts at the very moment at which it is deleted for having been pending too long.
@Suite struct PendingTimeoutTests {
    private var model: RunModel {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        container.timeouts = Timeouts(pending: FairleadDuration("60s"))
        return RunModel(PipelineSpec(tasks: [PipelineTask(name: "a", container: container)]))
    }

    /// Plans once, a minute after the pod was made.
    private func overdue(_ model: inout RunModel, _ table: inout RunTable) throws -> String {
        model.settle(&table)
        let name = try #require(model.pods.keys.first)
        model.pods[name]?.spec.nodeName = "node"
        model.now += 61
        return name
    }

    private func step(_ model: inout RunModel, _ table: inout RunTable) {
        for action in model.plan(&table).actions { model.perform(action, &table) }
    }

    /// By SIGTERM, or by itself: it exits with 0 when it is told to end.
    @Test(arguments: [143, 0]) func whatItShowsThenIsNotWhyItEnded(exitCode: Int) throws {
        var model = model
        var table = model.rebuilt()
        let name = try overdue(&model, &table)
        step(&model, &table)
        #expect(model.pods[name]?.metadata.isBeingDeleted == false, "the reason is written first")
        // Whoever leads next knows why, and goes on.
        table = model.rebuilt()
        step(&model, &table)
        #expect(model.pods[name]?.metadata.isBeingDeleted == true)
        // Only then its image arrives.
        model.now += 1
        model.end(name, exitCode: exitCode)
        model.show(&table)
        model.settle(&table)
        let record = try #require(model.run.status.tasks.first)
        #expect(record.phase == .failed && record.reason == .pendingTimeout, "\(record)")
        #expect(record.attempts == 1)
        #expect(model.pods.isEmpty)
    }

    @Test func aPodThatHasStartedIsLeftAlone() throws {
        var model = model
        var table = model.rebuilt()
        let name = try overdue(&model, &table)
        let actions = model.plan(&table).actions
        model.start(name)
        for action in actions { model.perform(action, &table) }
        model.show(&table)
        model.settle(&table)
        #expect(model.pods[name]?.metadata.isBeingDeleted == false)
        model.end(name, exitCode: 0)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.phase == .succeeded)
    }

    /// The image arrives after the mark: while the deletion is on its way, or while nobody leads.
    @Test(arguments: [true, false], [0, 3]) func aMarkedPodThatHasStartedRunsToItsEnd(
        isOnItsWay: Bool, exitCode: Int
    ) throws {
        var model = model
        var table = model.rebuilt()
        let name = try overdue(&model, &table)
        step(&model, &table)
        let actions = isOnItsWay ? model.plan(&table).actions : []
        model.start(name)
        if !isOnItsWay { table = model.rebuilt() }
        for action in actions { model.perform(action, &table) }
        model.show(&table)
        model.settle(&table)
        #expect(model.pods[name]?.metadata.isBeingDeleted == false)
        model.now += 3600
        model.end(name, exitCode: exitCode)
        model.show(&table)
        model.settle(&table)
        let record = try #require(model.run.status.tasks.first)
        #expect(record.phase == (exitCode == 0 ? .succeeded : .failed), "\(record)")
        #expect(record.reason == (exitCode == 0 ? nil : .exitCode), "\(record)")
    }

    @Test func aMarkedPodThatHasStartedIsDrainedAsOthersAre() throws {
        var model = model
        var table = model.rebuilt()
        let name = try overdue(&model, &table)
        step(&model, &table)
        model.start(name)
        model.show(&table)
        model.settle(&table)
        model.now += 600
        model.delete(name)
        model.now += 1
        model.end(name, exitCode: 143)
        model.show(&table)
        for _ in 0..<3 {
            model.settle(&table)
            model.now += 15
        }
        #expect(model.run.status.tasks.first?.reason != .pendingTimeout, "\(model.run.status)")
        #expect(model.created.count == 2, "the platform pays for another attempt")
    }

    @Test func aPodOnWhichNothingMayBeWrittenIsDeletedAllTheSame() throws {
        var model = model
        model.refusesMarks = true
        var table = model.rebuilt()
        let name = try overdue(&model, &table)
        model.settle(&table)
        #expect(model.pods[name]?.metadata.isBeingDeleted == true)
        model.now += 1
        model.end(name, exitCode: 143)
        model.show(&table)
        model.settle(&table)
        let record = try #require(model.run.status.tasks.first)
        #expect(record.reason == .pendingTimeout && record.attempts == 1, "\(record)")
        #expect(model.pods.isEmpty)
    }

    @Test func whatEndedBeforeItWasDeletedEndedByItself() throws {
        var model = model
        var table = model.rebuilt()
        let name = try overdue(&model, &table)
        step(&model, &table)
        model.end(name, exitCode: 3)
        model.now += 2
        // The deletion was on its way.
        model.delete(name)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.tasks.first?.reason == .exitCode)
    }
}

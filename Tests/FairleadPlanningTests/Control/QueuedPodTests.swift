import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// Pods that a queue such as Kueue admits: waiting in it costs nobody anything.
@Suite struct QueuedPodTests {
    private static let start = Date(timeIntervalSince1970: 1_767_225_600)

    private static func spec() -> PipelineSpec {
        var container = ContainerSpec(image: "alpine", command: ["work"])
        container.timeouts = Timeouts(pending: FairleadDuration("15m"))
        return PipelineSpec(tasks: [PipelineTask(name: "work", container: container)])
    }

    private static func gated(_ pod: PodView) -> PodView {
        var pod = pod
        pod.status.conditions = [PodCondition(type: "PodScheduled", status: "False", reason: "SchedulingGated")]
        return pod
    }

    private static func queued() throws -> (RunModel, RunTable, PodView) {
        var model = RunModel(spec())
        guard case .success(var spec) = model.run.spec else { throw TaskProblem(.invalidSpec, "no spec") }
        spec.queue = "team"
        model.run.spec = .success(spec)
        var table = model.rebuilt()
        model.settle(&table)
        let pod = try #require(model.pods.values.first)
        #expect(pod.metadata.labels[PodNaming.queueLabel] == "team")
        return (model, table, pod)
    }

    @Test func theTimeInTheQueueIsNoPendingTime() throws {
        var (model, table, pod) = try Self.queued()
        pod = Self.gated(pod)
        pod.metadata.resourceVersion = model.nextVersion()
        table.fold(pod)
        table.advance(now: model.now)
        let status = RunStatusBuilder.status(run: model.run, fixed: model.fixed, table: table, now: model.now)
        #expect(status.phase == .queued)
        #expect(status.tasks.first?.phase == .queued)
        model.now += 86_400
        table.advance(now: model.now)
        #expect(table.overdue.isEmpty)
        pod.status.conditions = []
        pod.metadata.resourceVersion = model.nextVersion()
        table.fold(pod)
        table.advance(now: model.now)
        #expect(table.overdue.isEmpty, "its time begins when the gate is lifted")
        model.now += 899
        table.advance(now: model.now)
        #expect(table.overdue.isEmpty)
        model.now += 2
        table.advance(now: model.now)
        #expect(table.overdue.count == 1)
    }

    @Test func aPodThatTheQueueTakesBackIsADisruption() throws {
        let (_, _, pod) = try Self.queued()
        var stopped = pod
        stopped.status.phase = "Failed"
        stopped.metadata.deletionTimestamp = Time(Self.start.addingTimeInterval(7200))
        stopped.status.conditions = [
            PodCondition(type: "TerminationTarget", status: "True", reason: "StoppedByKueue", message: "preempted")
        ]
        let outcome = PodOutcome.judge(stopped, results: [])
        guard case .disrupted(reason: .preempted, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }
}

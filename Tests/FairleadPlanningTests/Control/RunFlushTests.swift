import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What a run's status tells, and when.
@Suite struct RunFlushTests {
    private static let spec = PipelineSpec(tasks: [
        PipelineTask(name: "work", container: ContainerSpec(image: "alpine", command: ["work"]))
    ])

    private static func flush(_ plan: Plan<PipelineRunAction>) -> Flush? {
        plan.actions.lazy.compactMap { if case .patchStatus(_, let flush) = $0 { flush } else { nil } }.first
    }

    /// What is heard of while a status is being written is told by the next one.
    @Test func newsDuringAFlushAreNotLost() throws {
        var model = RunModel(Self.spec)
        var table = model.rebuilt()
        model.settle(&table)
        model.now += 1
        table.fold(Self.notice("1"))
        let flush = try #require(Self.flush(model.plan(&table)))
        table.fold(Self.notice("2"))
        table.didFlush(flush, now: model.now)
        #expect(table.isStatusDirty)
        model.now += 1
        let next = try #require(Self.flush(model.plan(&table)))
        table.didFlush(next, now: model.now)
        #expect(!table.isStatusDirty)
    }

    private static func notice(_ version: String) -> PodView {
        var metadata = ObjectMeta(
            name: "run-notify", namespace: "default", uid: "uid-notice", resourceVersion: ResourceVersion(version))
        metadata.labels = [NotificationPod.label: "ApprovalNeeded"]
        return PodView(metadata: metadata)
    }

    /// An edit that comes too late is told, by the fields' names.
    @Test func aLateEditIsTold() throws {
        var run = PipelineRun(
            metadata: ObjectMeta(name: "run", namespace: "default", uid: "uid-run", resourceVersion: "1"),
            spec: PipelineRunSpec(pipeline: "p"))
        run.metadata.generation = 1
        let pipeline = Pipeline(metadata: ObjectMeta(name: "p", namespace: "default", uid: "uid-p"), spec: Self.spec)
        let now = Date(timeIntervalSince1970: 1_767_225_600)
        let decision = PipelineRunStarter.decide(run: run, pipeline: pipeline, origin: .none, now: now)
        guard case .start(let decided, let configMap) = decision else { Issue.record("\(decision)"); return }
        let fixed = try FixedRun(configMap: configMap, of: run.metadata)
        #expect(fixed == decided)
        func told(_ change: (inout PipelineRunSpec) -> Void) throws -> Condition? {
            var spec = try #require(run.spec.value)
            change(&spec)
            run.spec = .success(spec)
            run.metadata.generation = (run.metadata.generation ?? 0) + 1
            var table = RunTable(shape: RunShape(fixed))
            let plan = PipelineRunPlanner.plan(
                run: run, fixed: fixed, table: &table, settings: PlanningSettings(), now: now)
            for case .patchStatus(let status, _) in plan.actions { run.status = status }
            return run.status.conditions[type: "SpecChanged"]
        }
        #expect(try told { $0.podRetention = .all } == nil)
        let changed = try told { $0.params = ["rows": 3] }
        #expect(
            changed?.status == .isTrue && changed?.message.hasPrefix("spec.params: changed after the start") == true)
        #expect(try told { $0.params = [:] }?.status == .isFalse)
    }
}

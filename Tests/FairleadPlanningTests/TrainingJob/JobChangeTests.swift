import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What a job does about capacity that is not there, about what the server refuses, and about edits that come too late.
@Suite struct JobChangeTests {
    private static let unschedulable = PodCondition(
        type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/4 nodes have a GPU")

    /// Pods for which there is no room hold nobody up: the job runs with those that have one, and tells of the others.
    @Test func anElasticJobRunsWithWhatFits() throws {
        var spec = TrainingJobSpec.gang(2, elastic: ElasticSpec(minNodes: 2, maxNodes: 5))
        spec.container.timeouts = Timeouts(pending: FairleadDuration(seconds: 60))
        var model = try JobModel(spec)
        var table = model.rebuilt()
        model.settle(&table)
        for index in 2..<5 {
            model.change(try model.pod("worker", index)) { $0.status.conditions = [Self.unschedulable] }
        }
        for index in 0..<2 { model.start(try model.pod("worker", index)) }
        model.observe(&table)
        model.now += 3600
        table = model.rebuilt()
        model.observe(&table)
        var status = model.job.status
        #expect(status.phase == .running && status.restarts == 0 && status.nodes == 5, "\(status)")
        #expect(status.message?.contains("worker 2 (rank 2), worker 3 (rank 3), worker 4 (rank 4) of 5") == true)
        #expect(status.message?.contains("0/4 nodes have a GPU") == true, "\(status)")
        // Room for one more: it joins, and nobody else is touched.
        let others = Set(model.running)
        model.start(try model.pod("worker", 2))
        model.observe(&table)
        #expect(Set(model.running).subtracting(others).count == 1 && others.isSubset(of: model.running))
        for name in model.running { model.end(name, exitCode: 0) }
        model.observe(&table)
        status = model.job.status
        #expect(status.phase == .succeeded, "\(status)")
        #expect(model.unfinished.isEmpty, "who still waits is not waited for")
    }

    /// Where not all find a place, the one at whom the others meet has one.
    @Test func anElasticJobsLeaderComesFirst() throws {
        var model = try JobModel(.gang(2, elastic: ElasticSpec(minNodes: 2, maxNodes: 5)))
        var table = model.rebuilt()
        var batches: [[Int]] = []
        for _ in 0..<10 {
            for action in model.plan(&table).actions {
                if case .createPods(let requests) = action { batches.append(requests.map(\.ordinal)) }
                model.perform(action, &table)
            }
        }
        #expect(batches == [[0], [1, 2, 3, 4]])
    }

    /// A quota that is used up is told, asked for less and less often, and keeps nothing else from happening.
    @Test func aRefusalIsToldAndTheClockOfPendingRuns() throws {
        var spec = TrainingJobSpec.gang(2)
        spec.container.timeouts = Timeouts(pending: FairleadDuration(seconds: 600))
        var model = try JobModel(spec)
        var table = model.rebuilt()
        var asked: [Date] = []
        let start = model.now
        while model.job.status.phase?.isTerminal != true, asked.count < 100 {
            let plan = model.plan(&table)
            for action in plan.actions {
                if action == .prepare {
                    asked.append(model.now)
                    table.hinder("services \"job-nodes\" is forbidden: exceeded quota", now: model.now)
                } else {
                    model.perform(action, &table)
                }
            }
            if model.now < start + 500, asked.count > 2, plan.actions.isEmpty {
                #expect(model.job.status.phase == .pending)
                #expect(model.job.status.message?.contains("exceeded quota") == true, "\(model.job.status)")
            }
            if plan.actions.isEmpty, case .after(let wait) = plan.wake {
                model.now += Double(wait / .milliseconds(1)) / 1000
            }
        }
        #expect(model.job.status.reason == .pendingTimeout, "\(model.job.status)")
        #expect(model.job.status.message?.contains("exceeded quota") == true, "\(model.job.status)")
        #expect(asked.count > 8 && asked.count < 25, "\(asked.count)")
        #expect(model.now.timeIntervalSince(start) < 602)
    }

    /// What holds a job up before its pods goes away: it starts.
    @Test func aRefusalThatPassesIsForgotten() throws {
        var model = try JobModel(.gang(2))
        var table = model.rebuilt()
        model.settle(&table)
        table = model.rebuilt(order: [])
        table.hinder("pods \"x\" is forbidden: exceeded quota", now: model.now)
        #expect(model.plan(&table).actions.allSatisfy { if case .createPods = $0 { false } else { true } })
        model.now += 2
        table.didPrepare(.none)
        model.settle(&table)
        #expect(table.hindrance == nil)
    }

    /// Before its ConfigMap can be made a job is pending, and not for longer than it may be.
    @Test func aJobThatCanNotBeFixedWaitsAndSaysSo() throws {
        var spec = TrainingJobSpec.gang(2)
        spec.container.timeouts = Timeouts(pending: FairleadDuration(seconds: 60))
        var model = try JobModel(spec)
        let first = TrainingJobStarter.hindered(job: model.job, by: "exceeded quota", now: model.now)
        guard case .wait(let status) = first else { Issue.record("\(first)"); return }
        #expect(status.phase == .pending && status.message == "exceeded quota" && status.reason == nil)
        #expect(status.startTime?.date == model.now && status.nodes == 2)
        model.job.status = status
        model.now += 61
        let last = TrainingJobStarter.hindered(job: model.job, by: "exceeded quota", now: model.now)
        guard case .refuse(let end) = last else { Issue.record("\(last)"); return }
        #expect(
            end.phase == .failed && end.reason == .pendingTimeout && end.message?.contains("exceeded quota") == true)
    }

    /// An edit that comes too late is told, by the fields' names, and changes nothing.
    @Test func aLateEditIsTold() throws {
        var (model, table) = try JobModel.running(.gang(2))
        func edit(_ change: (inout TrainingJobSpec) -> Void) throws {
            var spec = try #require(model.job.spec.value)
            change(&spec)
            model.job.spec = .success(spec)
            model.job.metadata.generation = (model.job.metadata.generation ?? 1) + 1
            model.observe(&table)
        }
        func told() -> Condition? { model.job.status.conditions[type: "SpecChanged"] }
        try edit {
            $0.activeDeadlineSeconds = 3600
            $0.ttlSecondsAfterFinished = 5
            $0.podRetention = .all
        }
        #expect(told() == nil, "these may change")
        let pods = Set(model.pods.keys)
        try edit {
            $0.nodes = 5
            $0.container.image = "python:3.13"
        }
        #expect(told()?.status == .isTrue && told()?.reason == "SpecChanged")
        #expect(told()?.message.hasPrefix("spec.image, spec.nodes: changed after the start, without effect") == true)
        #expect(model.events.filter { $0.reason == "SpecChanged" && $0.isWarning }.count == 1)
        #expect(Set(model.pods.keys) == pods && model.job.status.nodes == 2)
        try edit { $0.suspend = nil }
        #expect(model.events.filter { $0.reason == "SpecChanged" }.count == 1, "once")
        try edit {
            $0.nodes = 2
            $0.container.image = "python:3.12-slim"
        }
        #expect(told()?.status == .isFalse)
        try edit { $0.queue = "team" }
        #expect(told()?.message.hasPrefix("spec.queue:") == true)
        let read = try FixedJob(configMap: try model.fixed.configMap(job: model.job.metadata), of: model.job.metadata)
        #expect(read == model.fixed, "what was fixed is read again")
    }

    /// The columns are filled for a job that never started, too.
    @Test func aJobWithoutPodsFillsItsColumns() throws {
        var spec = TrainingJobSpec.gang(3, .mpi)
        spec.suspend = true
        var job = TrainingJob(metadata: ObjectMeta(name: "job", namespace: "default", uid: "u"), spec: spec)
        let waits = TrainingJobStarter.decide(job: job, settings: PlanningSettings(), now: Date())
        guard case .wait(let status) = waits else { Issue.record("\(waits)"); return }
        #expect(status.framework == "mpi" && status.nodes == 4 && status.restarts == 0)
        spec.suspend = nil
        spec.nodes = -1
        job.spec = .success(spec)
        let refused = TrainingJobStarter.decide(job: job, settings: PlanningSettings(), now: Date())
        guard case .refuse(let end) = refused else { Issue.record("\(refused)"); return }
        #expect(end.reason == .invalidSpec && end.framework == "mpi" && end.restarts == 0)
        job.spec = .failure(InvalidSpec([]))
        let unread = TrainingJobStarter.decide(job: job, settings: PlanningSettings(), now: Date())
        guard case .refuse(let last) = unread else { Issue.record("\(unread)"); return }
        #expect(last.framework == nil && last.restarts == 0)
    }
}

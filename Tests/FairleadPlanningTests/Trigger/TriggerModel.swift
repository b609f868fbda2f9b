import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// A trigger, its runs and a clock as values, and what a controller's writer does to them.
struct TriggerModel {
    /// 2026-01-01T00:00:00Z, a Thursday.
    static let start = Date(timeIntervalSince1970: 1_767_225_600)

    var trigger: Trigger
    var runs: [String: PipelineRun] = [:]
    var jobs: [String: TrainingJob] = [:]
    /// Runs that others made, by name.
    var sources: [String: PipelineRun] = [:]
    /// The pipelines that there are; nil where nobody looks.
    var pipelines: TriggerPipelines?
    var refused: [String: String] = [:]
    var now = TriggerModel.start
    /// The names of the runs that were made, in order.
    var made: [String] = []
    var deleted: [String] = []
    var notes: [PlannedEvent] = []
    var wake = Wake.now
    /// The most runs that were under way after a whole plan.
    var mostActive = 0

    init(_ yaml: String) throws {
        let spec = try #require(try ManifestReader.read(yaml).first)
        var metadata = ObjectMeta(name: "nightly", namespace: "default", uid: "uid-nightly", resourceVersion: "1")
        metadata.creationTimestamp = Time(Self.start)
        trigger = Trigger(metadata: metadata, spec: try KubernetesJSON.decode(TriggerSpec.self, from: spec))
        #expect(TriggerValidator.validate(trigger) == [])
    }

    /// A trigger on a schedule with further lines of its spec.
    static func scheduled(_ cron: String, _ source: String = "", _ lines: String = "") throws -> TriggerModel {
        try TriggerModel(
            """
            schedule: {cron: '\(cron)'\(source.isEmpty ? "" : ", \(source)")}
            template: {pipelineRun: {spec: {pipeline: churn, params: {day: "$(trigger.date)"}}}}
            \(lines)
            """)
    }

    mutating func edit(_ change: (inout TriggerSpec) -> Void) {
        guard case .success(var spec) = trigger.spec else { return }
        change(&spec)
        trigger.spec = .success(spec)
        trigger.metadata.generation = (trigger.metadata.generation ?? 1) + 1
    }

    func plan() -> Plan<TriggerAction> {
        TriggerPlanner.plan(
            TriggerPlanner.Observed(
                trigger: trigger, runs: runs.values.map(TriggerChild.init) + jobs.values.map(TriggerChild.init),
                sources: Array(sources.values), pipelines: pipelines, refused: refused),
            now: now)
    }

    mutating func perform(_ action: TriggerAction) {
        switch action {
        case .create(.trainingJob, let name, let json):
            guard jobs[name] == nil, var job = try? KubernetesJSON.decode(TrainingJob.self, from: json) else { return }
            made.append(name)
            job.metadata.uid = "uid-\(name)-\(made.count)"
            job.metadata.creationTimestamp = Time(now)
            jobs[name] = job
        case .create(_, let name, let json):
            guard runs[name] == nil, var run = try? KubernetesJSON.decode(PipelineRun.self, from: json) else { return }
            made.append(name)
            run.metadata.uid = "uid-\(name)-\(made.count)"
            run.metadata.creationTimestamp = Time(now)
            runs[name] = run
        case .delete(.trainingJob, let name, let uid):
            guard jobs[name]?.metadata.uid == uid else { return }
            jobs[name] = nil
            deleted.append(name)
        case .delete(_, let name, let uid):
            guard runs[name]?.metadata.uid == uid else { return }
            runs[name] = nil
            deleted.append(name)
        case .patchStatus(let status): trigger.status = status
        case .note(let event): notes.append(event)
        }
    }

    /// Plans and performs until nothing is left to do.
    mutating func settle() {
        for _ in 0..<100 {
            let plan = plan()
            for action in plan.actions { perform(action) }
            mostActive = max(mostActive, active.count)
            wake = plan.wake
            if plan.actions.isEmpty, plan.wake != .now { return }
        }
        Issue.record("planning does not come to rest: \(plan().actions)")
    }

    /// Lets time pass, with a controller that wakes exactly when it asked to.
    mutating func pass(_ duration: TimeInterval) {
        let end = now.addingTimeInterval(duration)
        settle()
        while case .after(let wait) = wake, now.addingTimeInterval(wait / .seconds(1)) <= end {
            now.addTimeInterval(wait / .seconds(1))
            settle()
        }
        now = end
        settle()
    }

    /// The names of the runs and jobs that are not finished.
    var active: [String] {
        let open = runs.filter { $0.value.status.phase?.isTerminal != true }.keys
        let openJobs = jobs.filter { $0.value.status.phase?.isTerminal != true }.keys
        return (Array(open) + Array(openJobs)).sorted()
    }

    mutating func finish(_ name: String, _ phase: PipelineRunStatus.Phase = .succeeded) {
        jobs[name]?.status.phase = TrainingJobStatus.Phase(rawValue: phase.rawValue)
        jobs[name]?.status.completionTime = Time(now)
        runs[name]?.status.phase = phase
        runs[name]?.status.completionTime = Time(now)
    }

    mutating func finishAll(_ phase: PipelineRunStatus.Phase = .succeeded) {
        for name in active { finish(name, phase) }
    }

    /// A run of another pipeline ends.
    mutating func end(
        _ name: String, pipeline: String = "ingest", _ phase: PipelineRunStatus.Phase = .succeeded,
        ago: TimeInterval = 0
    ) {
        let metadata = ObjectMeta(name: name, namespace: "default", uid: "uid-\(name)")
        var status = PipelineRunStatus()
        status.phase = phase
        status.completionTime = Time(now.addingTimeInterval(-ago))
        status.results = ["rows": 42]
        sources[name] = PipelineRun(metadata: metadata, spec: PipelineRunSpec(pipeline: pipeline), status: status)
    }

    /// The slots of the runs that were made, as hours and minutes after the start.
    var slots: [String] {
        made.map { name in
            let minutes = (Int(name.split(separator: "-").last ?? "") ?? 0) - Int(Self.start.timeIntervalSince1970) / 60
            let (hours, rest) = minutes.quotientAndRemainder(dividingBy: 60)
            return "\(hours):\(rest < 10 ? "0" : "")\(rest)"
        }
    }

    var reasons: [String] { notes.map(\.reason) }

    func condition(_ type: TriggerCondition) -> Condition? { trigger.status.conditions[type: type.rawValue] }
}

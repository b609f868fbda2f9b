public import FairleadAPI
public import Foundation
import KubernetesCore

/// Builds a training job's status from its table; called at a flush, a few times a second at most.
public enum JobStatusBuilder {
    /// The status of a job that goes on.
    static func status(
        job: TrainingJob, fixed: FixedJob, table: GangTable, surroundings: JobSurroundings, now: Date
    ) -> TrainingJobStatus {
        var status = standing(job: job, fixed: fixed, table: table, now: now)
        let wasWaiting = status.phase == .suspended || status.phase == .queued
        status.phase = phase(job, table, surroundings)
        let isWaiting = table.isSuspended
        if !isWaiting, wasWaiting || status.startTime == nil { status.startTime = Time(now) }
        (status.reason, status.message) = reason(job, table, surroundings)
        setConditions(&status, table, now)
        status.progress = JobProgress.text(status.metrics, phase: status.phase)
        return status
    }

    /// The status of a job that ends.
    static func status(
        job: TrainingJob, fixed: FixedJob, table: GangTable, end: JobEnd, now: Date
    ) -> TrainingJobStatus {
        var status = standing(job: job, fixed: fixed, table: table, now: now)
        finish(&status, end, at: end.phase == .succeeded ? completion(table) ?? now : now, now: now)
        if end.phase == .succeeded, let leader = table.leader, case .succeeded(let results) = leader.outcome {
            status.results = results
            status.artifacts = leader.artifacts
            status.models = table.models ?? []
        }
        status.progress = JobProgress.text(status.metrics, phase: status.phase)
        return status
    }

    /// The status of a job that can't be started, or not yet.
    public static func unstarted(
        job: TrainingJob, phase: TrainingJobStatus.Phase, reason: Reason?, message: String, now: Date
    ) -> TrainingJobStatus {
        var status = job.status
        status.observedGeneration = job.metadata.generation
        status.restarts = status.restarts ?? 0
        if let spec = job.spec.value {
            status.framework = spec.effectiveFramework.rawValue
            status.nodes = max(0, spec.mostNodes)
        }
        if phase.isTerminal {
            finish(&status, JobEnd(phase: phase, reason: reason, message: message), at: now, now: now)
            return status
        }
        status.phase = phase
        status.reason = reason
        status.message = message
        set(&status, .succeeded, .unknown, now)
        set(&status, .finished, .isFalse, now)
        if phase == .suspended { set(&status, .suspended, .isTrue, now) }
        return status
    }

    private static func standing(
        job: TrainingJob, fixed: FixedJob, table: GangTable, now: Date
    ) -> TrainingJobStatus {
        var status = job.status
        if status.observedGeneration != job.metadata.generation {
            status.conditions.tellSpecChanged(
                fixed.changes(in: job.spec), "job", generation: job.metadata.generation, now: now)
        }
        status.observedGeneration = job.metadata.generation
        status.specRef = PodNaming.specName(run: job.metadata.name)
        status.framework = fixed.spec.effectiveFramework.rawValue
        status.nodes = table.shape.count
        status.attempt = table.attempt
        status.restarts = table.totalRestarts
        status.failures = table.totalFailures
        status.disruptions = table.totalDisruptions
        status.commits = table.commits
        if let gang = table.gang, gang.problem == nil { status.gang = gang.mode.rawValue }
        var leaving: [Int: Int] = [:]
        for name in table.staleAlive {
            if let view = table.stale[name] { leaving[table.shape.role(of: view.ordinal), default: 0] += 1 }
        }
        status.replicas = [:]
        for (index, role) in table.shape.roles.enumerated() {
            let counts = table.counts[index]
            status.replicas[role.name] = ReplicaStatus(
                ready: counts.ready, active: counts.active + (leaving[index] ?? 0), succeeded: counts.succeeded,
                failed: counts.failed)
        }
        return status
    }

    private static func phase(
        _ job: TrainingJob, _ table: GangTable, _ surroundings: JobSurroundings
    ) -> TrainingJobStatus.Phase {
        if job.spec.value?.suspend == true { return .suspended }
        if surroundings.queueStory != nil { return .queued }
        if table.isUp { return .running }
        if isRestarting(job, table) { return .restarting }
        return table.counts.contains { $0.gated > 0 } ? .queued : .pending
    }

    private static func isRestarting(_ job: TrainingJob, _ table: GangTable) -> Bool {
        if table.lastCause != nil || (table.replicas.isActive && table.hasRun) { return true }
        return job.status.conditions[type: JobCondition.restarting.rawValue]?.status == .isTrue
    }

    private static func reason(
        _ job: TrainingJob, _ table: GangTable, _ surroundings: JobSurroundings
    ) -> (Reason?, String?) {
        if job.spec.value?.suspend == true {
            let left = table.staleAlive.count
            return (.suspended, left == 0 ? "spec.suspend is true" : "spec.suspend is true; \(left) pods are ending")
        }
        if let story = surroundings.queueStory { return (.queued, story) }
        if table.isUp { return (.running, table.shape.isElastic ? table.waitingStory() : nil) }
        if isRestarting(job, table) { return restart(job, table) }
        if let problem = table.gang?.problem { return (.queued, problem) }
        if table.counts.contains(where: { $0.gated > 0 }) { return (.queued, table.waitingStory()) }
        return (table.waitingReason, table.waitingStory())
    }

    /// What failed, and for what its successor waits.
    private static func restart(_ job: TrainingJob, _ table: GangTable) -> (Reason?, String?) {
        if table.replicas.isActive {
            let cause = table.failing.min().flatMap { table.members[$0]?.cause }
            guard let cause else { return (table.waitingReason ?? job.status.reason, table.waitingStory()) }
            return (cause.reason, GangVerdict.story(of: cause, table))
        }
        guard let cause = table.lastCause else { return (job.status.reason, job.status.message) }
        let message = cause.outcome.failure?.message ?? ""
        let member = cause.pod.isEmpty ? "" : "\(table.shape.name(of: cause.ordinal)): "
        var story = "attempt \(table.attempt - 1) ended: \(member)\(message)"
        if let name = table.staleAlive.min(), let view = table.stale[name] {
            let others = table.staleAlive.count - 1
            let rest = others > 0 ? " and \(others) other pods" : ""
            story = "attempt \(table.attempt) waits until \(view.place)\(rest) ended: \(member)\(message)"
        }
        return (cause.reason, String(story.prefix(8192)))
    }

    private static func completion(_ table: GangTable) -> Date? {
        var last: Date?
        for case let view? in table.members where table.shape.roles[table.shape.role(of: view.ordinal)].isAwaited {
            guard view.outcome.isSuccess, let ended = view.endedAt?.date else { continue }
            last = max(last ?? ended, ended)
        }
        return last
    }

    private static func finish(_ status: inout TrainingJobStatus, _ end: JobEnd, at time: Date, now: Date) {
        status.phase = end.phase
        status.reason = end.reason
        status.message = end.message.map { String($0.prefix(8192)) }
        status.startTime = status.startTime ?? Time(time)
        status.completionTime = Time(time)
        let start = status.startTime?.date ?? time
        status.duration = FairleadDuration.format(.seconds(max(0, Int64(time.timeIntervalSince(start)))))
        set(&status, .succeeded, end.phase == .succeeded ? .isTrue : .isFalse, now)
        set(&status, .finished, .isTrue, now)
        for type in [JobCondition.running, .restarting, .suspended]
        where status.conditions[type: type.rawValue] != nil { set(&status, type, .isFalse, now) }
    }

    private static func setConditions(_ status: inout TrainingJobStatus, _ table: GangTable, _ now: Date) {
        set(&status, .succeeded, .unknown, now)
        set(&status, .finished, .isFalse, now)
        set(&status, .running, status.phase == .running ? .isTrue : .isFalse, now)
        let others: [(JobCondition, Bool)] = [
            (.restarting, status.phase == .restarting),
            (.suspended, table.isSuspended && !table.isClearing && !table.hasPods),
        ]
        for (type, holds) in others where holds || status.conditions[type: type.rawValue] != nil {
            set(&status, type, holds ? .isTrue : .isFalse, now)
        }
    }

    private static func set(
        _ status: inout TrainingJobStatus, _ type: RunCondition, _ value: Condition.Status, _ now: Date
    ) {
        set(&status, type.rawValue, value, status.message ?? "", now)
    }

    /// The whole story stands in the conditions that every job has.
    private static func set(
        _ status: inout TrainingJobStatus, _ type: JobCondition, _ value: Condition.Status, _ now: Date
    ) {
        let line = status.message?.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        set(&status, type.rawValue, value, line, now)
    }

    private static func set(
        _ status: inout TrainingJobStatus, _ type: String, _ value: Condition.Status, _ message: String, _ now: Date
    ) {
        let reason = status.reason?.rawValue ?? status.phase?.rawValue ?? "Pending"
        status.conditions.set(
            Condition(
                type: type, status: value, reason: reason, message: message,
                observedGeneration: status.observedGeneration, lastTransitionTime: Time(now)))
    }
}

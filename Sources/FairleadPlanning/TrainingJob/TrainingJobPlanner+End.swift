public import FairleadAPI
public import Foundation
public import KubernetesCore

extension TrainingJobPlanner {
    /// Plans the last steps of a job whose end is known: models are registered, and then its status tells it.
    static func end(
        _ end: JobEnd, job: TrainingJob, fixed: FixedJob, table: GangTable, _ surroundings: JobSurroundings,
        _ settings: PlanningSettings, now: Date
    ) -> Plan<TrainingJobAction> {
        if let due = logDue(table, surroundings), due > now {
            return Plan(wake: Wake.onChange.sooner(of: due, now: now))
        }
        if end.phase == .succeeded, table.models == nil {
            let registrations = JobModels(job: job, fixed: fixed, settings: settings).registrations(table)
            if !registrations.isEmpty { return Plan([.registerModels(registrations)]) }
        }
        let status = JobStatusBuilder.status(job: job, fixed: fixed, table: table, end: end, now: now)
        var note = "\(status.duration ?? "0s")"
        if let restarts = status.restarts, restarts > 0 {
            note += ", \(restarts) \(restarts == 1 ? "restart" : "restarts")"
        }
        if let message = status.message { note = "\(end.reason?.rawValue ?? "") after \(note): \(message)" }
        return Plan([
            .patchStatus(status, flushing: table.flush),
            .note(
                PlannedEvent(isWarning: end.phase != .succeeded, reason: end.phase.rawValue, note: note)),
        ])
    }

    /// Until when the end waits for somebody who reads the leader's log; nil where nobody does.
    private static func logDue(_ table: GangTable, _ surroundings: JobSurroundings) -> Date? {
        guard !surroundings.hasReadLog, let leader = table.leader, let ended = leader.endedAt?.date,
            !leader.isOnLostNode, !leader.isBeingDeleted, leader.outcome.isTerminal
        else { return nil }
        return ended.addingTimeInterval(JobProgress.patience)
    }

    /// Plans for a job that is finished or being deleted: nothing keeps its pods, and no new one is made.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - pods: The job's pods.
    ///   - now: The time.
    public static func planEnd(job: TrainingJob, pods: [PodView], now: Date) -> Plan<TrainingJobAction> {
        let isDeleted = job.metadata.isBeingDeleted
        let shape = GangShape(roles: [], leader: "")
        let concerned = pods.filter { !$0.hasEnded || $0.metadata.finalizers.contains(PodNaming.outcomeFinalizer) }
        let views = concerned.map { MemberView($0, ordinal: -1, shape: shape) }.sorted { $0.pod < $1.pod }
        let running = views.filter { !$0.hasEnded && !$0.isBeingDeleted }
        let held = views.filter { $0.isHeld && ($0.hasEnded || $0.isBeingDeleted || isDeleted) }
        let batch = PipelineRunPlanner.releaseBatch
        let isHurried = job.spec.value?.shutdown == .terminate
        var plan = Plan<TrainingJobAction>()
        if !running.isEmpty { plan.actions.append(.deletePods(Array(running.prefix(batch)), isHurried: isHurried)) }
        // Whoever stops a job lets its pods store what they have; whoever terminates it does not wait for that.
        let lingering = isHurried ? views.filter(\.lingers) : []
        if !lingering.isEmpty { plan.actions.append(.deletePods(Array(lingering.prefix(batch)), isHurried: true)) }
        if !held.isEmpty { plan.actions.append(.releasePods(Array(held.prefix(batch)), recorded: !isDeleted)) }
        if held.count > batch || running.count > batch { plan.wake = .now }
        guard !isDeleted, let ended = job.status.completionTime else { return plan }
        if let selector = JobRetention.selector(job: job), pods.contains(where: { JobRetention.takes($0, job: job) }) {
            plan.actions.append(.removePods(selector: selector))
        }
        // A job of a run goes with the run.
        if job.metadata.controller?.kind == ResourceType.pipelineRun.gvk.kind { return plan }
        let seconds = job.spec.value?.ttlSecondsAfterFinished ?? PipelineRunPlanner.timeToLive
        let due = ended.date.addingTimeInterval(Double(max(0, seconds)))
        if due <= now, plan.actions.isEmpty { return Plan([.deleteJob]) }
        plan.wake = plan.wake.sooner(of: due, now: now)
        return plan
    }
}

/// Which of a finished job's recorded pods are deleted: by default, where it succeeded, all but the leader's.
enum JobRetention {
    private static let jobRole = "training.kubeflow.org/job-role"
    private static let leaderRole = "master"

    /// The selector of the pods that go, nil where all stay.
    static func selector(job: TrainingJob) -> String? {
        let own = "\(FairleadLabel.trainingJob)=\(job.metadata.name),\(FairleadLabel.recorded)"
        switch job.spec.value?.podRetention {
        case .all: return nil
        case .failed: return "\(own)=\(Recorded.succeeded.rawValue)"
        case .some(.none): return own
        case nil: return job.status.phase == .succeeded ? "\(own),\(jobRole)!=\(leaderRole)" : nil
        }
    }

    /// Whether the selector takes a pod that nothing keeps any more.
    static func takes(_ pod: PodView, job: TrainingJob) -> Bool {
        guard let recorded = pod.metadata.labels[FairleadLabel.recorded], !pod.metadata.isBeingDeleted,
            !pod.metadata.finalizers.contains(PodNaming.outcomeFinalizer)
        else { return false }
        switch job.spec.value?.podRetention {
        case .all: return false
        case .failed: return recorded == Recorded.succeeded.rawValue
        case .some(.none): return true
        case nil: return job.status.phase == .succeeded && pod.metadata.labels[jobRole] != leaderRole
        }
    }
}

extension PodView {
    /// Whether no program of the pod runs any more.
    fileprivate var hasEnded: Bool { status.phase == "Succeeded" || status.phase == "Failed" }
}

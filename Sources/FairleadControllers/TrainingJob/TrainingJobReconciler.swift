import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Brings TrainingJobs to where they should be: gathers, asks the planner, performs its actions.
struct TrainingJobReconciler: PodOwnerReconciler {
    let client: Client
    let jobs: Store<TrainingJob>
    let pods: Store<PodView>
    let writer: JobActionWriter
    let settings: PlatformRegistry
    let models: ModelWiring
    let kueue: KueueDesk?
    /// Whether the log of a leader's pod was read to its end, by the pod's UID.
    let hasReadLog: @Sendable (String) -> Bool
    /// Where the pods of new jobs push their metrics.
    let endpoint: @Sendable () -> ProgressEndpoint?
    let clock: any RuntimeClock

    /// Reconciles one job.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let stored = jobs[key] else { return .onChange }
        let job = registry.newest(stored)
        let uid = job.metadata.uid
        if let problem = job.statusProblem {
            throw TerminalError("the status of job \(key) can't be read, it is left alone: \(problem.message)")
        }
        if job.spec.value?.isManagedByOthers == true { return .onChange }
        if job.metadata.isBeingDeleted || job.status.phase?.isTerminal == true {
            registry.close(uid)
            // The pods first: nothing of theirs waits for a queue that doesn't answer.
            let requeue = try await end(job)
            try await kueue?.finish(job)
            return requeue
        }
        if !registry.isOpen(uid) {
            if let requeue = try await open(job) { return requeue }
        }
        return try await step(uid, key.namespace)
    }

    /// Fixes what a job runs, or finds it fixed, and opens it; returns where it can't go on now.
    private func open(_ job: TrainingJob) async throws -> Requeue? {
        var fixed = try await readFixed(job)
        if fixed == nil {
            if job.status.specRef != nil {
                let name = PodNaming.specName(run: job.metadata.name)
                let message = "ConfigMap \"\(name)\", which holds what the job runs, is gone"
                return try await refuse(job, .invalidSpec, message)
            }
            var settings = settings.settings(namespace: job.metadata.namespace)
            settings.progress = endpoint()
            switch TrainingJobStarter.decide(job: job, settings: settings, now: clock.now) {
            case .refuse(let status):
                try await writer.refuse(job, status)
                return .onChange
            case .wait(let status):
                if status != job.status { try await writer.writeStatus(job, status) }
                return .onChange
            case .start(let decided, let configMap):
                do {
                    try await client.create(.configMap, namespace: job.metadata.namespace, configMap)
                    fixed = decided
                } catch let error as APIError where error.isAlreadyExists {
                    fixed = try await readFixed(job)
                } catch let error as APIError where error.code == 403 && !error.isNamespaceTerminating {
                    return try await wait(job, "ConfigMap of the job was refused: \(error.description)")
                }
            }
        }
        guard let fixed else { return .after(.seconds(1)) }
        registry.open(OpenJob(job, fixed: fixed))
        for pod in pods.owned(by: job.metadata.uid) { registry.fold(pod) }
        if registry.with(job.metadata.uid, { $0.table.needsProof }) == true {
            // What this process has seen may be older than the status: whether pods are gone a list must tell.
            let query = ListQuery(labelSelector: "\(FairleadLabel.trainingJob)=\(job.metadata.name)")
            do {
                let found = try await client.listAll(PodView.self, namespace: job.metadata.namespace, query).items
                for pod in found { registry.fold(pod) }
            } catch {
                registry.close(job.metadata.uid)
                throw error
            }
        }
        return nil
    }

    /// Has a job wait for what the API server refuses now, such as one object more than a quota allows.
    private func wait(_ job: TrainingJob, _ refusal: String) async throws -> Requeue {
        switch TrainingJobStarter.hindered(job: job, by: refusal, now: clock.now) {
        case .wait(let status):
            if status != job.status { try await writer.writeStatus(job, status) }
            writer.record(PlannedEvent(isWarning: true, reason: "FailedCreate", note: refusal), job)
            let waited = clock.now.timeIntervalSince(status.startTime?.date ?? clock.now)
            return .after(.seconds(min(max(waited, 1), 60)))
        case .refuse(let status): try await writer.refuse(job, status)
        case .start: break
        }
        return .onChange
    }

    static func failed(_ job: TrainingJob, _ reason: Reason, _ message: String, now: Date) -> TrainingJobStatus {
        JobStatusBuilder.unstarted(job: job, phase: .failed, reason: reason, message: message, now: now)
    }

    static func planEnd(_ job: TrainingJob, pods: [PodView], now: Date) -> Plan<TrainingJobAction> {
        TrainingJobPlanner.planEnd(job: job, pods: pods, now: now)
    }

    /// Plans and acts until nothing is left to do now.
    private func step(_ uid: String, _ namespace: String?) async throws -> Requeue {
        guard let modelInputs = registry.with(uid, { $0.fixed.modelInputs }) else { return .after(.zero) }
        let answer = try await admission(uid)
        let requeue = try await step(uid) {
            models.settings(settings.settings(namespace: namespace), inputs: modelInputs, namespace: namespace)
        } plan: { entry, settings, now in
            let surroundings = JobSurroundings(
                admission: answer.admission, hasReadLog: entry.table.leader.map { hasReadLog($0.uid) } ?? true)
            return TrainingJobPlanner.plan(
                job: entry.object, fixed: entry.fixed, table: &entry.table, surroundings: surroundings,
                settings: settings, now: now)
        }
        // The job goes on whatever becomes of a report about it, which is tried again.
        if let failure = answer.failure { throw failure }
        return requeue
    }

    /// What a queue says of the job.
    private func admission(_ uid: String) async throws -> KueueDesk.Answer {
        let observed = registry.with(uid) { entry in
            entry.table.lookAgain()
            return (entry.object, entry.fixed, entry.table.podCounts)
        }
        guard let kueue, let (job, fixed, counts) = observed else { return KueueDesk.Answer() }
        let settings = settings.settings(namespace: job.metadata.namespace)
        return try await kueue.admission(job, spec: fixed.spec, pods: counts) {
            try TrainingJobPlanner.podSets(job: job, fixed: fixed, settings: settings)
        }
    }
}

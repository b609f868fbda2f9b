import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Brings TrainingJobs to where they should be: gathers, asks the planner, performs its actions.
struct TrainingJobReconciler: Sendable {
    let client: Client
    let jobs: Store<TrainingJob>
    let pods: Store<PodView>
    let registry: OpenObjects<OpenJob>
    let ledger: SharedWriteLedger
    let writer: JobActionWriter
    let settings: PlatformRegistry
    let models: ModelWiring
    let kueue: KueueDesk?
    /// Whether the log of a leader's pod was read to its end, by the pod's UID.
    let hasReadLog: @Sendable (String) -> Bool
    /// Where the pods of new jobs push their metrics.
    let endpoint: @Sendable () -> ProgressEndpoint?
    let clock: any RuntimeClock

    /// The most steps of one job before other jobs have their turn.
    private static let stepsPerTurn = 16

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
        let specKey = ObjectKey(
            namespace: job.metadata.namespace, name: PodNaming.specName(run: job.metadata.name))
        var fixed = try await readFixed(job, specKey)
        if fixed == nil {
            if job.status.specRef != nil {
                let message = "ConfigMap \"\(specKey.name)\", which holds what the job runs, is gone"
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
                    fixed = try await readFixed(job, specKey)
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

    private func readFixed(_ job: TrainingJob, _ key: ObjectKey) async throws -> FixedJob? {
        let configMap: JSONValue
        do {
            configMap = try await client.get(.configMap, key)
        } catch let error as APIError where error.isNotFound {
            return nil
        }
        let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: configMap["metadata"] ?? [:])
        guard !job.metadata.hasPredecessor(metadata.controller, of: .trainingJob) else {
            throw APIError(
                Status(code: 409, reason: "Conflict", message: "ConfigMap \(key) of an earlier job is being removed"))
        }
        do throws(TaskProblem) {
            return try FixedJob(configMap: configMap, of: job.metadata)
        } catch let problem {
            _ = try await refuse(job, problem.reason, problem.message)
            throw TerminalError(problem.message)
        }
    }

    private func refuse(_ job: TrainingJob, _ reason: Reason, _ message: String) async throws -> Requeue {
        let status = JobStatusBuilder.unstarted(
            job: job, phase: .failed, reason: reason, message: message, now: clock.now)
        try await writer.refuse(job, status)
        return .onChange
    }

    /// Plans and acts until nothing is left to do now.
    private func step(_ uid: String, _ namespace: String?) async throws -> Requeue {
        guard let modelInputs = registry.with(uid, { $0.fixed.modelInputs }) else { return .after(.zero) }
        let answer = try await admission(uid)
        let requeue = try await steps(uid, namespace, modelInputs, answer.admission)
        // The job goes on whatever becomes of a report about it, which is tried again.
        if let failure = answer.failure { throw failure }
        return requeue
    }

    private func steps(
        _ uid: String, _ namespace: String?, _ modelInputs: [String], _ admission: JobAdmission
    ) async throws -> Requeue {
        for _ in 0..<Self.stepsPerTurn {
            let settings = models.settings(
                settings.settings(namespace: namespace), inputs: modelInputs, namespace: namespace)
            let now = clock.now
            let planned = registry.with(uid) { entry -> (Plan<TrainingJobAction>, TrainingJob)? in
                if entry.object.status.phase?.isTerminal == true { return nil }
                let surroundings = JobSurroundings(
                    admission: admission, hasReadLog: entry.table.leader.map { hasReadLog($0.uid) } ?? true)
                let plan = TrainingJobPlanner.plan(
                    job: entry.object, fixed: entry.fixed, table: &entry.table, surroundings: surroundings,
                    settings: settings, now: now)
                return (plan, entry.object)
            }
            guard let (plan, job) = planned ?? nil else { return .after(.zero) }
            guard plan.actions.isEmpty else {
                try await writer.perform(plan.actions, job)
                continue
            }
            switch plan.wake {
            case .now: continue
            case .onChange: return .onChange
            case .after(let wait): return .after(wait)
            }
        }
        return .after(.zero)
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

    /// Lets go of the pods of a job that is finished or being deleted.
    private func end(_ job: TrainingJob) async throws -> Requeue {
        // A pod that was released a moment ago may still look held: its event brings the job back.
        guard ledger.isCaughtUp(owner: job.metadata.uid) else { return .after(.seconds(1)) }
        let plan = TrainingJobPlanner.planEnd(job: job, pods: pods.owned(by: job.metadata.uid), now: clock.now)
        try await writer.perform(plan.actions, job)
        switch plan.wake {
        case .now: return .after(.zero)
        case .onChange: return .onChange
        case .after(let wait): return .after(wait)
        }
    }
}

import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Performs a training job's actions in order; the first that fails ends the plan, and the next one begins from what
/// is.
struct JobActionWriter: Sendable {
    let client: Client
    let registry: JobRegistry
    let ledger: SharedWriteLedger
    let discovery: APIDiscovery
    let clock: any RuntimeClock
    /// Tells an event about a job; never fails.
    let record: @Sendable (PlannedEvent, TrainingJob) -> Void

    /// Performs actions.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`, for the reconcile to be tried again.
    func perform(_ actions: [TrainingJobAction], job: TrainingJob) async throws {
        for action in actions {
            switch action {
            case .prepare: try await prepare(job)
            case .patchStatus(let status, let flushing):
                try await writeStatus(job, status)
                let now = clock.now
                _ = registry.with(job.metadata.uid) { $0.table.didFlush(flushing, now: now) }
            case .createPods(let requests): try await createPods(requests, job: job)
            case .releasePods(let views, let recorded): try await release(views, recorded: recorded, job: job)
            case .deletePods(let views, let isHurried):
                try await delete(views, job: job) { view in
                    isHurried && view.mayStoreLong ? TrainingJobPlanner.hurriedGrace : nil
                }
                if isHurried { _ = registry.with(job.metadata.uid) { $0.table.didHurry(views.map(\.pod)) } }
            case .forcePods(let views):
                try await delete(views, job: job) { _ in 0 }
                _ = registry.with(job.metadata.uid) { for view in views { $0.table.didForce(pod: view.pod) } }
            case .removePods(let selector):
                let query = ListQuery(labelSelector: selector)
                try await client.deleteCollection(.pod, namespace: job.metadata.namespace, query)
            case .registerModels(let registrations): try await register(registrations, job: job)
            case .note(let event): record(event, job)
            case .deleteJob: try await client.deleteOwner(.trainingJob, job.key, uid: job.metadata.uid)
            }
        }
    }

    /// Writes a job's status and keeps what the server made of it.
    ///
    /// - Returns: The job as it is then.
    /// - Throws: `APIError`, a conflict where the job has changed since; `TransportError` or `CancellationError`.
    @discardableResult
    func writeStatus(_ job: TrainingJob, _ status: TrainingJobStatus) async throws -> TrainingJob {
        let previous = try KubernetesJSON.value(of: job.status)
        guard let change = MergePatch.difference(from: previous, to: try KubernetesJSON.value(of: status)) else {
            return job
        }
        let answer = try await client.patchStatus(.trainingJob, job.metadata, change)
        let written = try KubernetesJSON.decode(TrainingJob.self, from: answer)
        _ = registry.with(job.metadata.uid) { $0.object = written }
        return written
    }

    /// Ends a job that can't start.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func refuse(_ job: TrainingJob, _ status: TrainingJobStatus) async throws {
        try await writeStatus(job, status)
        record(
            PlannedEvent(isWarning: true, reason: status.reason?.rawValue ?? "Failed", note: status.message ?? ""), job)
    }

    private func pods(of job: TrainingJob) -> PodWriter {
        PodWriter(client: client, ledger: ledger, owner: job.metadata)
    }

    /// Makes the Service, the launcher's key, and the object that has the pods placed together.
    private func prepare(_ job: TrainingJob) async throws {
        guard let fixed = registry.with(job.metadata.uid, { $0.fixed }) else { return }
        let builder = JobPods(job: job, fixed: fixed, settings: PlanningSettings())
        guard try await ensure(.service, builder.service(), job) else { return }
        if let secret = builder.secret(SSHKeyPair(comment: job.metadata.name)) {
            guard try await ensure(.secret, secret, job) else { return }
        }
        let planned = GangScheduling.plan(job: job, spec: fixed.spec, served: discovery.served)
        let gang = try await GangWriter(client: client, discovery: discovery, record: record).ensure(
            planned, job: job, mode: fixed.spec.gang ?? .auto)
        _ = registry.with(job.metadata.uid) { $0.table.didPrepare(gang) }
    }

    /// Makes an object of the job's; one that is there is the job's, or stands in its way.
    ///
    /// - Returns: Whether it is there.
    private func ensure(_ type: ResourceType, _ object: JSONValue, _ job: TrainingJob) async throws -> Bool {
        do {
            try await client.create(type, namespace: job.metadata.namespace, object)
            return true
        } catch let error as APIError where error.isAlreadyExists {
            // A Secret's name holds the job's UID, and the right to read Secrets is not ours.
            guard type != .secret, let name = object[path: ["metadata", "name"]]?.stringValue else { return true }
            let found = try await client.get(type, ObjectKey(namespace: job.metadata.namespace, name: name))
            let owner = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:]).controller
            if owner?.uid == job.metadata.uid { return true }
            if job.metadata.hasPredecessor(owner, of: .trainingJob) { throw error }
            let message = "\(type.gvk.kind) \"\(name)\" exists and is not of this job"
            _ = registry.with(job.metadata.uid) { $0.table.refuse(TaskProblem(.invalidSpec, message)) }
        } catch let error as APIError where error.isFinal {
            let message = "\(type.gvk.kind) of the job: \(error.description)"
            _ = registry.with(job.metadata.uid) { $0.table.refuse(TaskProblem(.invalidSpec, message)) }
        } catch let error as APIError where error.isNamespaceTerminating {
            try await letGo(job)
            throw TerminalError("the namespace of job \(job.key) is being terminated")
        } catch let error as APIError where error.code == 403 {
            hinder(job, "\(type.gvk.kind) of the job was refused: \(error.description)")
        }
        return false
    }

    private func createPods(_ requests: [MemberRequest], job: TrainingJob) async throws {
        let refusals = try await pods(of: job).create(requests) { [registry] pod in
            registry.fold(pod)
        } letGo: {
            try await letGo(job)
        }
        _ = registry.with(job.metadata.uid) { $0.table.didCreate(allSucceeded: refusals.isEmpty) }
        if let refusal = refusals.invalid.first {
            _ = registry.with(job.metadata.uid) {
                $0.table.refuse(TaskProblem(.invalidSpec, refusal.error.description))
            }
            return
        }
        if let failure = refusals.failure { throw failure }
        if let forbidden = refusals.forbidden.first { hinder(job, forbidden.message) }
    }

    /// Takes a refusal that may pass, such as that of a quota: the job tells it, and asks again after a while.
    private func hinder(_ job: TrainingJob, _ message: String) {
        let now = clock.now
        _ = registry.with(job.metadata.uid) { $0.table.hinder(message, now: now) }
        record(PlannedEvent(isWarning: true, reason: "FailedCreate", note: message), job)
    }

    /// Lets go of a job's pods, whose namespace is being removed.
    private func letGo(_ job: TrainingJob) async throws {
        let held = registry.with(job.metadata.uid) { $0.table.held } ?? []
        try await release(held, recorded: false, job: job)
    }

    private func release(_ views: [MemberView], recorded: Bool, job: TrainingJob) async throws {
        let pods = pods(of: job)
        let failures = await ConcurrentCalls.perform(views) { view in
            let mark: Recorded? = recorded ? (view.hasSucceeded ? .succeeded : .failed) : nil
            if let pod = try await pods.release(view.pod, uid: view.uid, recorded: mark) { registry.fold(pod) }
            _ = registry.with(job.metadata.uid) { $0.table.didRelease(pod: view.pod) }
        }
        if let failure = failures.first { throw failure.1 }
    }

    private func delete(
        _ views: [MemberView], job: TrainingJob, grace: @escaping @Sendable (MemberView) -> Int64?
    ) async throws {
        let pods = pods(of: job)
        let failures = await ConcurrentCalls.perform(views) { view in
            let pod = try await pods.delete(view.pod, uid: view.uid, gracePeriodSeconds: grace(view))
            if let pod { registry.fold(pod) }
        }
        if let failure = failures.first { throw failure.1 }
    }

    private func register(_ registrations: [ModelRegistration], job: TrainingJob) async throws {
        let registrar = ModelRegistrar(client: client)
        var models: [String] = []
        for registration in registrations {
            do {
                models.append(try await registrar.register(registration).reference.description)
            } catch let error as APIError where error.isFinal {
                let note = "model \(registration.model) was not registered: \(error.description)"
                record(PlannedEvent(isWarning: true, reason: "RegistrationFailed", note: note), job)
            }
        }
        let made = models
        _ = registry.with(job.metadata.uid) { $0.table.didRegister(made) }
    }
}

import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Performs a training job's actions.
struct JobActionWriter: ActionWriter {
    let client: Client
    let registry: OpenObjects<OpenJob>
    let ledger: SharedWriteLedger
    let discovery: APIDiscovery
    let clock: any RuntimeClock
    let record: @Sendable (PlannedEvent, TrainingJob) -> Void

    func perform(_ actions: [TrainingJobAction], _ job: TrainingJob) async throws {
        let podWriter = pods(of: job)
        for action in actions {
            switch action {
            case .prepare: try await prepare(job)
            case .patchStatus(let status, let flushing):
                try await writeStatus(job, status)
                let now = clock.now
                _ = registry.with(job.metadata.uid) { $0.table.didFlush(flushing, now: now) }
            case .createPods(let requests): try await createPods(requests, job: job)
            case .releasePods(let views, let recorded): try await podWriter.release(views, recorded: recorded)
            case .deletePods(let views, let isHurried):
                try await podWriter.delete(views) { view in
                    isHurried && view.mayStoreLong ? TrainingJobPlanner.hurriedGrace : nil
                }
                if isHurried { _ = registry.with(job.metadata.uid) { $0.table.didHurry(views.map(\.pod)) } }
            case .forcePods(let views):
                try await podWriter.delete(views) { _ in 0 }
                _ = registry.with(job.metadata.uid) { for view in views { $0.table.didForce(pod: view.pod) } }
            case .removePods(let selector): try await podWriter.delete(selector: selector)
            case .registerModels(let registrations): try await register(registrations, job: job)
            case .note(let event): record(event, job)
            case .deleteJob: try await client.deleteOwner(.trainingJob, job.key, uid: job.metadata.uid)
            }
        }
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
            try await pods(of: job).letGo()
            throw TerminalError("the namespace of job \(job.key) is being terminated")
        } catch let error as APIError where error.code == 403 {
            hinder(job, "\(type.gvk.kind) of the job was refused: \(error.description)")
        }
        return false
    }

    private func createPods(_ requests: [MemberRequest], job: TrainingJob) async throws {
        let refusals = try await pods(of: job).create(requests)
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

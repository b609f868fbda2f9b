import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Asks Kueue for a job's place, and tells it how the job goes.
struct KueueDesk: Sendable {
    let client: Client
    let discovery: APIDiscovery
    let registry: KueueRegistry
    let clock: any RuntimeClock

    /// What Kueue says of a job.
    struct Answer: Sendable {
        /// Whether it may have pods now.
        var admission = JobAdmission.unmanaged
        /// What could not be told to Kueue, to be tried again; nil where all was.
        var failure: (any Error)?
    }

    /// Whether a job may have pods now; what the contract asks for is done on the way.
    ///
    /// - Parameters:
    ///   - job: A job that is under way, suspended or not.
    ///   - spec: What it runs, as it was fixed.
    ///   - pods: Its pods.
    ///   - podSets: One pod of each role; asked for only where the demand is made.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`, for the reconcile to be tried again.
    func admission(
        _ job: TrainingJob, spec: TrainingJobSpec, pods: JobPodCounts, podSets: () throws -> [KueuePodSet]
    ) async throws -> Answer {
        // Whether the job queues was fixed with the rest; under which name may change until it is let in.
        guard let type = discovery.served.kueueWorkload, let fixed = spec.queue else { return Answer() }
        let queue = job.spec.value?.queue ?? fixed
        let workload = try await workload(of: job, type)
        let observed = KueuePlanner.Observed(
            job: job, queue: queue, spec: spec, workload: workload, updates: try await updates(workload, job),
            pods: pods)
        let plan = KueuePlanner.plan(observed, now: clock.now)
        var answer = Answer(admission: plan.admission)
        for action in plan.actions {
            do {
                guard action == .create else {
                    try await perform(action, type, observed)
                    continue
                }
                // Of pods that can't be made the job tells by itself.
                guard let podSets = try? podSets() else { return Answer() }
                if let refusal = try await create(type, observed, podSets) { answer.admission = .refused(refusal) }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                answer.failure = answer.failure ?? error
            }
        }
        return answer
    }

    /// Tells that a job is over.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`, for the reconcile to be tried again.
    func finish(_ job: TrainingJob) async throws {
        // The Workload of a job that is deleted goes with it. One that was not seen yet brings the job back when it is.
        guard job.status.phase?.isTerminal == true, let type = discovery.served.kueueWorkload,
            let workload = registry[job: job.metadata.uid]
        else { return }
        let observed = KueuePlanner.Observed(
            job: job, queue: job.spec.value?.queue ?? "", spec: nil, workload: workload, updates: .success([:]),
            pods: JobPodCounts())
        for action in KueuePlanner.plan(observed, now: clock.now).actions {
            try await perform(action, type, observed)
        }
    }

    /// The job's Workload.
    ///
    /// It is read where this process may not have seen it yet: a job that runs must not lose its pods by a restart of
    /// ours.
    private func workload(of job: TrainingJob, _ type: ResourceType) async throws -> KueueWorkload? {
        if let known = registry[job: job.metadata.uid] { return known }
        if registry.isSynced { return nil }
        let key = ObjectKey(namespace: job.metadata.namespace, name: KueueRequest.name(job: job.metadata))
        guard let answer = try await Client.ifPresent({ try await client.get(type, key) }) else { return nil }
        let found = try KubernetesJSON.decode(KueueWorkload.self, from: answer)
        registry.fold(found)
        return found
    }

    /// What the admission makes of the pods.
    private func updates(
        _ workload: KueueWorkload?, _ job: TrainingJob
    ) async throws -> Result<[String: PodSetUpdate], KueueProblem> {
        guard let workload, workload.isAdmitted else { return .success([:]) }
        if let known = registry.flavors(job: job.metadata.uid) { return Self.updates(workload, known) }
        var flavors: [String: KueueFlavor] = [:]
        for name in workload.flavorNames.sorted() {
            guard let type = discovery.served.kueueFlavor else { continue }
            do {
                let found = try await client.get(type, ObjectKey(namespace: nil, name: name))
                flavors[name] = try KubernetesJSON.decode(KueueFlavor.self, from: found)
            } catch let error as APIError where error.isNotFound {
                // The planner tells that it is missing.
            } catch let error as APIError where error.code == 403 {
                return .failure(KueueProblem(message: "a ResourceFlavor can't be read: \(error.description)"))
            }
        }
        registry.keep(flavors, job: job.metadata.uid, for: workload)
        return Self.updates(workload, flavors)
    }

    private static func updates(
        _ workload: KueueWorkload, _ flavors: [String: KueueFlavor]
    ) -> Result<[String: PodSetUpdate], KueueProblem> {
        Result { () throws(KueueProblem) in try workload.updates(flavors) }
    }

    /// Performs an action on the Workload that is there.
    private func perform(
        _ action: KueueAction, _ type: ResourceType, _ observed: KueuePlanner.Observed
    ) async throws {
        guard let metadata = observed.workload?.metadata else { return }
        let key = ObjectKey(namespace: metadata.namespace, name: metadata.name)
        // One that is gone, or not served any more, the watch or discovery tells.
        _ = try await Client.ifPresent {
            switch action {
            case .create: break
            case .patchStatus(let status): fold(try await client.patchStatus(type, metadata, status))
            case .move(let queue):
                let patch: JSONValue = [
                    "metadata": ["uid": .string(metadata.uid)], "spec": ["queueName": .string(queue)],
                ]
                fold(try await client.patch(type, key, patch))
            case .delete:
                let options = DeleteOptions(preconditions: DeleteOptions.Preconditions(uid: metadata.uid))
                try await client.delete(type, key, options)
            }
        }
    }

    private func fold(_ answer: JSONValue) {
        if let workload = try? KubernetesJSON.decode(KueueWorkload.self, from: answer) { registry.fold(workload) }
    }

    /// Makes the demand.
    ///
    /// - Returns: Why it can't be made.
    private func create(
        _ type: ResourceType, _ observed: KueuePlanner.Observed, _ podSets: [KueuePodSet]
    ) async throws -> String? {
        let job = observed.job
        var rank: KueueRequest.Priority?
        if let (name, isKueues) = KueueRequest.priorityClass(of: job) {
            do {
                rank = KueueRequest.Priority(
                    className: name, isKueues: isKueues, value: try await rankValue(name, isKueues))
            } catch let error as APIError where error.isNotFound || error.code == 403 {
                return "the job's priority can't be read: \(error.description)"
            }
        }
        let demand = KueueRequest.workload(
            job: job, type: type, queue: observed.queue, podSets: podSets, priority: rank)
        let answer: JSONValue
        do {
            answer = try await client.create(type, namespace: job.metadata.namespace, demand)
        } catch let error as APIError where error.isAlreadyExists {
            let key = ObjectKey(namespace: job.metadata.namespace, name: KueueRequest.name(job: job.metadata))
            answer = try await client.get(type, key)
        } catch let error as APIError where error.isFinal {
            return "Kueue's Workload was refused: \(error.description)"
        }
        fold(answer)
        return nil
    }

    /// The value of a priority class.
    private func rankValue(_ name: String, _ isKueues: Bool) async throws -> Int64 {
        let type = (isKueues ? discovery.served.kueuePriorityClass : nil) ?? .priorityClass
        return try await client.get(type, ObjectKey(namespace: nil, name: name))["value"]?.integerValue ?? 0
    }
}

import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Makes and ends nested runs and training jobs.
struct ChildRunWriter: Sendable {
    let client: Client
    let registry: OpenObjects<OpenRun>
    let clock: any RuntimeClock
    /// Tells an event about a run; never fails.
    let record: @Sendable (PlannedEvent, PipelineRun) -> Void

    /// Makes nested runs and training jobs; one of ours that is there already is success.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func create(_ requests: [ChildRequest], run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(requests) { request in
            let answer = try await create(request, run)
            if request.type == .trainingJob {
                let job = try KubernetesJSON.decode(TrainingJob.self, from: answer)
                _ = registry.with(run.metadata.uid) { $0.table.fold(job) }
            } else {
                let child = try KubernetesJSON.decode(PipelineRun.self, from: answer)
                _ = registry.with(run.metadata.uid) { $0.table.fold(child) }
            }
        }
        let now = clock.now
        var (failure, refusal): ((any Error)?, String?)
        for (request, error) in failures {
            guard let error = error as? APIError, error.isFinal || error.mayPass else {
                failure = failure ?? error
                continue
            }
            let story = "\(request.type.gvk.kind) \(request.name) was refused: \(error.description)"
            if error.mayPass { refusal = refusal ?? story }
            _ = registry.with(run.metadata.uid) { entry in
                guard error.mayPass else {
                    return entry.table.fail(request.item, reason: .invalidSpec, message: error.description, now: now)
                }
                entry.table.postpone(request.item, by: story, now: now)
            }
        }
        if let refusal { record(PlannedEvent(isWarning: true, reason: "FailedCreate", note: refusal), run) }
        if let failure { throw failure }
    }

    private func create(_ request: ChildRequest, _ run: PipelineRun) async throws -> JSONValue {
        do {
            return try await client.create(request.type, namespace: run.metadata.namespace, request.object)
        } catch let error as APIError where error.isAlreadyExists {
            let key = ObjectKey(namespace: run.metadata.namespace, name: request.name)
            let found = try await client.get(request.type, key)
            let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:])
            if request.isAnswered(by: metadata) { return found }
            if let spare = request.spare { return try await create(spare, run) }
            let message = "\(request.type.gvk.kind) \"\(request.name)\" exists and is not of this run"
            throw APIError(Status(code: 422, reason: "Invalid", message: message))
        }
    }

    /// Asks nested runs and training jobs to end, in the way that their parent does.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func stop(_ views: [AttemptView], _ mode: PipelineRunSpec.Shutdown, run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(views) { view in
            let key = ObjectKey(namespace: run.metadata.namespace, name: view.pod)
            _ = try await Client.ifPresent {
                try await client.patch(
                    view.child ?? .pipelineRun, key,
                    ["metadata": ["uid": .string(view.uid)], "spec": ["shutdown": .string(mode.rawValue)]])
            }
            _ = registry.with(run.metadata.uid) { $0.table.didStop(pod: view.pod) }
        }
        if let failure = failures.first { throw failure.1 }
    }
}

extension APIError {
    /// Whether the server will refuse the same request again: what it calls invalid stays so.
    ///
    /// A webhook that denies without a code says 400 too, also where it only could not ask somebody.
    var isFinal: Bool {
        code == 422 || code == 413 || (code == 400 && !description.contains("admission webhook"))
    }

    /// Whether the server refuses this object for now, by a quota, a policy or a webhook, and others perhaps not.
    var mayPass: Bool { !isFinal && !isNamespaceTerminating && (code == 403 || code == 400) }
}

import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Makes the object that has a job's pods placed together.
struct GangWriter: Sendable {
    let client: Client
    let discovery: APIDiscovery
    /// Tells an event about a job; never fails.
    let record: @Sendable (PlannedEvent, TrainingJob) -> Void

    /// Makes the object where it is not there yet.
    ///
    /// - Parameters:
    ///   - scheduling: What was planned.
    ///   - job: The job.
    ///   - mode: What the job asks for; with `auto` the job goes on without, and an event says so.
    /// - Returns: What holds: what was planned, or why it does not.
    /// - Throws: `APIError`, `TransportError` or `CancellationError` where it may go well later.
    func ensure(_ scheduling: GangScheduling, job: TrainingJob, mode: GangMode) async throws -> GangScheduling {
        guard let object = scheduling.object else { return scheduling }
        let refusal: String
        do {
            try await client.create(object.type, namespace: job.metadata.namespace, object.json)
            return scheduling
        } catch let error as APIError where error.isAlreadyExists {
            let owner = try await owner(of: object, job.metadata.namespace)
            if owner?.uid == job.metadata.uid { return scheduling }
            // What a job of the same name left is removed in a moment.
            if owner?.kind == ResourceType.trainingJob.gvk.kind, owner?.name == job.metadata.name { throw error }
            refusal = "it exists and is not of this job"
        } catch let error as APIError where error.isRefusal {
            // What is not found as a collection is not served any more.
            if error.isNotFound { try await discovery.refresh() }
            refusal = error.description
        }
        let problem = "\(object.type.gvk.kind) \"\(object.name)\" can't be made: \(refusal)"
        guard mode == .auto else { return .refused(problem) }
        let note = "\(problem); the pods are placed one by one"
        record(PlannedEvent(isWarning: true, reason: "GangRefused", note: note), job)
        return .none
    }

    private func owner(of object: GangObject, _ namespace: String?) async throws -> OwnerReference? {
        let found = try await client.get(object.type, ObjectKey(namespace: namespace, name: object.name))
        return try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:]).controller
    }
}

extension APIError {
    /// Whether the server said no to what was asked, and not that it can't answer now.
    fileprivate var isRefusal: Bool {
        isFinal || code == 403 && !isNamespaceTerminating || code == 404 || code == 405
    }
}

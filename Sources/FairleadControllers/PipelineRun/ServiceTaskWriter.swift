import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Applies the services of a run's tasks: what others wrote stays theirs, and the services outlive the run.
struct ServiceTaskWriter: Sendable {
    let client: Client
    let registry: OpenObjects<OpenRun>
    let clock: any RuntimeClock

    /// Who owns the fields that tasks apply.
    private static let fieldManager = "fairlead-pipeline"

    /// Applies services; one that has all of it already is success.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func apply(_ requests: [ServiceRequest], run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(requests) { request in
            let key = ObjectKey(namespace: run.metadata.namespace, name: request.name)
            let answer = try await client.apply(
                .inferenceService, key, request.object, WriteOptions(fieldManager: Self.fieldManager))
            let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: answer["metadata"] ?? [:])
            _ = registry.with(run.metadata.uid) { $0.table.didApply(request, metadata) }
        }
        let now = clock.now
        for (request, error) in failures {
            // A conflict names who else wrote the fields: asking again changes nothing.
            guard let error = error as? APIError, error.isFinal || error.isConflict else { throw error }
            let message = "inferenceservice/\(request.name): \(error.description)"
            _ = registry.with(run.metadata.uid) { $0.table.didRefuse(request, message: message, now: now) }
        }
    }
}

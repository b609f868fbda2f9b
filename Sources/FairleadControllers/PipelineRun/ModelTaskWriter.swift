import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Registers the models of a run's tasks and artifacts.
struct ModelTaskWriter: Sendable {
    let client: Client
    let registry: OpenObjects<OpenRun>
    let clock: any RuntimeClock

    /// Registers models; each is found again by its source, so that one which is there already is success.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func register(_ requests: [ModelRequest], run: PipelineRun) async throws {
        let registrar = ModelRegistrar(client: client)
        let failures = await ConcurrentCalls.perform(requests) { request in
            let version = try await registrar.register(request.registration)
            let now = clock.now
            _ = registry.with(run.metadata.uid) { $0.table.didRegister(request, version, now: now) }
        }
        let now = clock.now
        for (request, error) in failures {
            guard let error = error as? APIError, error.isFinal else { throw error }
            _ = registry.with(run.metadata.uid) {
                $0.table.didRefuse(request, message: error.description, now: now)
            }
        }
    }
}

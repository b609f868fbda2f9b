import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Makes and ends nested runs.
struct ChildRunWriter: Sendable {
    let client: Client
    let registry: RunRegistry
    let clock: any RuntimeClock

    /// Makes nested runs; one of ours that is there already is success.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func create(_ requests: [ChildRequest], run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(requests) { request in
            let answer: JSONValue
            do {
                answer = try await client.create(.pipelineRun, namespace: run.metadata.namespace, request.run)
            } catch let error as APIError where error.isAlreadyExists {
                let key = ObjectKey(namespace: run.metadata.namespace, name: request.name)
                answer = try await client.get(.pipelineRun, key)
            }
            let child = try KubernetesJSON.decode(PipelineRun.self, from: answer)
            guard child.metadata.controller?.uid == run.metadata.uid else {
                throw APIError(
                    Status(
                        code: 422, reason: "Invalid", message: "run \"\(request.name)\" exists and is not of this run"))
            }
            _ = registry.with(run.metadata.uid) { $0.table.fold(child) }
        }
        let now = clock.now
        for (request, error) in failures {
            guard let error = error as? APIError, error.isFinal else { throw error }
            _ = registry.with(run.metadata.uid) {
                $0.table.fail(request.item, reason: .invalidSpec, message: error.description, now: now)
            }
        }
    }

    /// Asks nested runs to end, in the way that their parent does.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func stop(_ views: [AttemptView], _ mode: PipelineRunSpec.Shutdown, run: PipelineRun) async throws {
        let failures = await ConcurrentCalls.perform(views) { view in
            let key = ObjectKey(namespace: run.metadata.namespace, name: view.pod)
            do {
                _ = try await client.patch(
                    .pipelineRun, key,
                    ["metadata": ["uid": .string(view.uid)], "spec": ["shutdown": .string(mode.rawValue)]])
            } catch let error as APIError where error.isNotFound {
                // Gone already.
            }
            _ = registry.with(run.metadata.uid) { $0.table.didStop(child: view.pod) }
        }
        if let failure = failures.first { throw failure.1 }
    }
}

extension APIError {
    /// Whether the server will refuse the same request again: what it calls invalid stays so.
    var isFinal: Bool { code == 422 || code == 400 || code == 413 }
}

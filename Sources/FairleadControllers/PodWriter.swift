import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Makes, releases and deletes the pods of one owner.
struct PodWriter: Sendable {
    let client: Client
    let ledger: SharedWriteLedger
    /// Whose pods they are.
    let owner: ObjectMeta

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: owner.namespace, name: name) }

    /// Makes a pod; one of the owner's that is there already is success.
    ///
    /// - Throws: `APIError`, a 422 where the name is another's; `TransportError` or `CancellationError`.
    func create(_ name: String, _ pod: JSONValue) async throws -> PodView {
        let answer: JSONValue
        do {
            answer = try await client.create(.pod, namespace: owner.namespace, pod)
        } catch let error as APIError where error.isAlreadyExists {
            answer = try await client.get(.pod, key(name))
        }
        let pod = try KubernetesJSON.decode(PodView.self, from: answer)
        guard pod.metadata.controller?.uid == owner.uid else {
            throw APIError(
                Status(
                    code: 422, reason: "Invalid",
                    message: "pod \"\(name)\" exists and is not of \(owner.name)"))
        }
        return pod
    }

    /// Lets a pod go.
    ///
    /// - Returns: The pod as it is then; nil where it is gone.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func release(_ name: String, uid: String, recorded: Recorded?) async throws -> PodView? {
        guard let answer = try await client.releasePod(key(name), uid: uid, recorded: recorded) else { return nil }
        ledger.wrote(owner: owner.uid, .pod, answer: answer)
        return try? KubernetesJSON.decode(PodView.self, from: answer)
    }

    /// Deletes a pod; one that is gone is success.
    ///
    /// - Parameter gracePeriodSeconds: How long it has to end; 0 where nobody is waited for who could say that it ended,
    ///   nil for what the pod itself says.
    /// - Returns: The pod as it is then; nil where it is gone.
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func delete(_ name: String, uid: String, gracePeriodSeconds: Int64? = nil) async throws -> PodView? {
        let options = DeleteOptions(
            gracePeriodSeconds: gracePeriodSeconds, preconditions: DeleteOptions.Preconditions(uid: uid))
        do {
            let answer = try await client.delete(.pod, key(name), options)
            ledger.wrote(owner: owner.uid, .pod, answer: answer)
            guard let pod = try? KubernetesJSON.decode(PodView.self, from: answer), !pod.metadata.uid.isEmpty else {
                return nil
            }
            return pod
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }
}

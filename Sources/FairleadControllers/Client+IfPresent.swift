import KubernetesClient
import KubernetesCore

extension Client {
    /// The answer to a call about an object; nil where the object is gone, so that nothing is left to do.
    ///
    /// - Throws: What the call throws otherwise.
    static func ifPresent<Answer>(_ call: () async throws -> Answer) async throws -> Answer? {
        do {
            return try await call()
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    /// Deletes an owner with all that it owns; one that is gone is success.
    ///
    /// - Throws: `APIError`, a conflict where another of the same name is there; `TransportError` or
    ///   `CancellationError`.
    func deleteOwner(_ type: ResourceType, _ key: ObjectKey, uid: String) async throws {
        let options = DeleteOptions(
            propagationPolicy: "Background", preconditions: DeleteOptions.Preconditions(uid: uid))
        _ = try await Self.ifPresent { try await delete(type, key, options) }
    }
}

import FairleadAPI
import KubernetesClient
import KubernetesCore

extension Client {
    /// Writes what is different in the status of one of our objects.
    ///
    /// - Returns: The server's answer; nil where nothing is different.
    /// - Throws: `APIError`, a conflict where the object has changed since; `TransportError` or `CancellationError`.
    @discardableResult
    func writeStatus<Kind>(_ object: CustomResource<Kind>, _ status: JSONValue) async throws -> JSONValue? {
        let previous = try KubernetesJSON.value(of: object.status)
        guard let change = MergePatch.difference(from: previous, to: status) else { return nil }
        return try await patchStatus(Kind.type, object.metadata, change)
    }
}

public import KubernetesCore

/// An answer of the server, whole or as it arises.
public enum ServerResponse: Sendable {
    /// An answer whose body is known.
    case whole(APIResponse)
    /// An answer whose body is written piece by piece: a watch, or a log that is followed.
    case stream(status: Int, headers: [String: String], body: @Sendable (_ write: Writer) async throws -> Void)

    /// Takes the next piece of a body; throws where the client is gone.
    public typealias Writer = @Sendable ([UInt8]) async throws -> Void

    /// Adds to the `Warning` header.
    mutating func warn(_ warning: String) {
        func added(to headers: [String: String]) -> [String: String] {
            headers.merging(["warning": warning]) { "\($1), \($0)" }
        }
        switch self {
        case .whole(var response):
            response.headers = added(to: response.headers)
            self = .whole(response)
        case .stream(let status, let headers, let body):
            self = .stream(status: status, headers: added(to: headers), body: body)
        }
    }
}

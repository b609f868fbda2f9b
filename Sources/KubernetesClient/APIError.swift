public import KubernetesCore

/// An answer that says no, with the server's own `Status`.
public struct APIError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status.
    public var code: Int
    /// What the server said; made from the HTTP status where the answer was no `Status`.
    public var status: Status

    /// Wraps a server's refusal.
    public init(_ status: Status, code: Int? = nil) {
        self.status = status
        self.code = code ?? status.code ?? 500
    }

    /// Reads a refusal from an answer that is no success.
    public init(_ response: APIResponse) {
        if let status = try? KubernetesJSON.decode(Status.self, from: response.body), status.message != nil {
            self.init(status, code: response.status)
        } else {
            let text = String(decoding: response.body.prefix(1024), as: UTF8.self)
            self.init(Status(code: response.status, reason: "Unknown", message: text), code: response.status)
        }
        if let seconds = response.headers["retry-after"].flatMap({ Int($0) }) {
            var details = status.details ?? Status.Details()
            details.retryAfterSeconds = seconds
            status.details = details
        }
    }

    /// Throws where a stream's head is a refusal, whose body is then read to its end.
    static func check(_ head: StreamHead, _ chunks: inout any ByteChunks) async throws {
        guard head.status >= 300 else { return }
        var body: [UInt8] = []
        while body.count < 1 << 20, let chunk = try await chunks.next() { body.append(contentsOf: chunk) }
        throw APIError(APIResponse(status: head.status, headers: head.headers, body: body))
    }

    /// `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, …; an open set.
    public var reason: String { status.reason ?? "Unknown" }

    /// No such object or collection.
    public var isNotFound: Bool { code == 404 }
    /// The object is there already.
    public var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
    /// The object changed since it was read, or a precondition does not hold.
    public var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
    /// The version asked for is too old to be watched or listed from.
    public var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
    /// The object is not valid.
    public var isInvalid: Bool { code == 422 }
    /// Nothing new can be made in the namespace, since it is being deleted.
    public var isNamespaceTerminating: Bool {
        code == 403 && status.details?.causes?.contains { $0.reason == "NamespaceTerminating" } == true
    }
    /// Whether the same request may succeed later.
    public var isRetryable: Bool { code == 429 || code >= 500 }

    public var description: String { status.message ?? "the API server answered \(code)" }
}

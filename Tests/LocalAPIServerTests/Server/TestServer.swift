import Foundation
import KubernetesCore

@testable import LocalAPIServer

/// A server that is asked in process, as its owner.
struct TestServer {
    var server: LocalAPIServer

    init(_ configuration: LocalAPIServer.Configuration = .init()) async throws {
        server = try await LocalAPIServer(configuration: configuration)
    }

    /// Sends a request; a path may have a query.
    func raw(
        _ method: APIRequest.Method, _ path: String, _ body: JSONValue? = nil, type: String = "application/json"
    ) async -> ServerResponse {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let request = APIRequest(
            method: method, path: parts.first ?? "",
            query: LocalAPIServerHTTP.queryItems(parts.dropFirst().first ?? ""),
            headers: ["content-type": type, "user-agent": "test/1"], body: body.map { JSONWriter.bytes($0) })
        return await server.respond(to: request, user: .admin)
    }

    /// Sends a request and reads its answer.
    func send(
        _ method: APIRequest.Method, _ path: String, _ body: JSONValue? = nil, type: String = "application/json"
    ) async throws -> (status: Int, body: JSONValue) {
        guard case .whole(let answer) = await raw(method, path, body, type: type) else { return (0, .null) }
        return (answer.status, (try? JSONParser.parse(answer.body)) ?? .null)
    }
}

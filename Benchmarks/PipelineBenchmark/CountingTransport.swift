import KubernetesClient
import KubernetesCore
import Synchronization

/// Counts the requests of one client by verb and collection, and the bytes that it sends.
///
/// Each call lets others have its thread first, as one over a socket does: a server in memory answers without ever
/// waiting, so that a loop of calls would keep its thread for as long as it lasts, and watches would fall behind the
/// server's history.
final class CountingTransport: Transport {
    struct Counts: Sendable {
        var calls: [String: Int] = [:]
        var bytes = 0

        var total: Int { calls.values.reduce(0, +) }
    }

    private let base: any Transport
    private let state = Mutex(Counts())

    init(_ base: any Transport) { self.base = base }

    var counts: Counts { state.withLock { $0 } }

    func send(_ request: APIRequest) async throws -> APIResponse {
        count(request)
        await Task.yield()
        return try await base.send(request)
    }

    func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        count(request)
        await Task.yield()
        return try await base.stream(request, body)
    }

    private func count(_ request: APIRequest) {
        let names = request.path.split(separator: "/")
        let kinds: Set<Substring> = [
            "pods", "pipelineruns", "pipelines", "trainingjobs", "configmaps", "services", "events", "leases",
        ]
        let kind = names.first { kinds.contains($0) } ?? "other"
        let part = names.last == "status" ? "/status" : ""
        let isList = request.method == .get && names.last.map { kinds.contains($0) } == true
        let verb = request.query("watch") == "true" ? "WATCH" : isList ? "LIST" : request.method.rawValue
        state.withLock { state in
            state.calls["\(verb) \(kind)\(part)", default: 0] += 1
            state.bytes += request.body?.count ?? 0
        }
    }
}

public import KubernetesClient
public import KubernetesCore
public import LocalAPIServer

/// Carries requests to an embedded API server of this process, without a socket between them.
public struct InProcessTransport: Transport {
    private let server: LocalAPIServer
    private let user: ServerUser

    /// A transport to a server.
    public init(_ server: LocalAPIServer, user: ServerUser = .admin) {
        self.server = server
        self.user = user
    }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        switch await server.respond(to: Self.onTheWire(request), user: user) {
        case .whole(let response): return response
        case .stream(let status, let headers, let body):
            let collected = Chunks()
            try await body { chunk in await collected.append(chunk) }
            return APIResponse(status: status, headers: headers, body: await collected.bytes)
        }
    }

    public func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        switch await server.respond(to: Self.onTheWire(request), user: user) {
        case .whole(let response):
            var chunks: any ByteChunks = WholeBody(body: response.body)
            return try await body(StreamHead(status: response.status, headers: response.headers), &chunks)
        case .stream(let status, let headers, let produce):
            let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await produce { continuation.yield($0) }
                        continuation.finish()
                    } catch {
                        continuation.finish(throwing: error)
                    }
                }
                defer { group.cancelAll() }
                var chunks: any ByteChunks = StreamedBody(iterator: stream.makeAsyncIterator())
                return try await body(StreamHead(status: status, headers: headers), &chunks)
            }
        }
    }

    /// Header names in lower case, as the HTTP front hands them over.
    private static func onTheWire(_ request: APIRequest) -> APIRequest {
        var request = request
        request.headers = Dictionary(
            request.headers.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { _, last in last })
        if request.headers["user-agent"] == nil { request.headers["user-agent"] = "fairlead/test" }
        return request
    }

    private actor Chunks {
        var bytes: [UInt8] = []

        func append(_ chunk: [UInt8]) { bytes.append(contentsOf: chunk) }
    }

    private struct WholeBody: ByteChunks {
        var body: [UInt8]?

        mutating func next() async throws -> [UInt8]? {
            defer { body = nil }
            return body
        }
    }

    private struct StreamedBody: ByteChunks {
        var iterator: AsyncThrowingStream<[UInt8], any Error>.Iterator

        mutating func next() async throws -> [UInt8]? { try await iterator.next(isolation: #isolation) }
    }
}

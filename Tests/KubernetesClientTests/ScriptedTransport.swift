import KubernetesClient
import KubernetesCore
import Synchronization

/// Answers requests from a list, in order, and keeps what was asked.
final class ScriptedTransport: Transport {
    /// An answer, or a stream's head with its chunks; an error comes in the place of the stream's end.
    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var chunks: [[UInt8]] = []
        var failure: TransportError?

        init(_ status: Int = 200, _ body: JSONValue, headers: [String: String] = [:]) {
            self.status = status
            self.headers = headers
            chunks = [JSONWriter.bytes(body)]
        }

        init(chunks: [[UInt8]], failure: TransportError? = nil) {
            self.chunks = chunks
            self.failure = failure
        }
    }

    private struct State {
        var answers: [Answer]
        var requests: [APIRequest] = []
    }

    private struct Chunks: ByteChunks {
        var rest: ArraySlice<[UInt8]>
        var failure: TransportError?

        mutating func next() async throws -> [UInt8]? {
            if let chunk = rest.popFirst() { return chunk }
            if let failure { throw failure }
            return nil
        }
    }

    private let state: Mutex<State>

    init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers))
    }

    var requests: [APIRequest] { state.withLock { $0.requests } }

    private func answer(_ request: APIRequest) throws -> Answer {
        try state.withLock {
            $0.requests.append(request)
            guard !$0.answers.isEmpty else { throw TransportError(.connect, "the script has ended") }
            return $0.answers.removeFirst()
        }
    }

    func send(_ request: APIRequest) async throws -> APIResponse {
        let answer = try answer(request)
        if let failure = answer.failure { throw failure }
        return APIResponse(status: answer.status, headers: answer.headers, body: Array(answer.chunks.joined()))
    }

    func stream<Result: Sendable>(
        _ request: APIRequest, _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        let answer = try answer(request)
        var chunks: any ByteChunks = Chunks(rest: answer.chunks[...], failure: answer.failure)
        return try await body(StreamHead(status: answer.status, headers: answer.headers), &chunks)
    }
}

import KubernetesClient
import KubernetesCore

/// A server that never answers.
struct SilentTransport: Transport {
    func send(_ request: APIRequest) async throws -> APIResponse {
        try await Task.sleep(for: .seconds(3600))
        throw TransportError(.timeout, "silence")
    }

    func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        try await Task.sleep(for: .seconds(3600))
        throw TransportError(.timeout, "silence")
    }
}

public import KubernetesClient
public import KubernetesCore

/// Lets requests that change something pass only while this process leads.
///
/// Guarantees: nothing that changes something is handed on once the lease may be another's, however late the work
/// that asks for it is told of the end.
///
/// Caveats: what was handed on before, and waits for its turn in the transport, ends only with its task's
/// cancellation, which the end of the ``LeaderElector`` brings to its group.
public struct LeaderGate: Transport {
    private let base: any Transport
    private let isLeading: @Sendable () -> Bool

    /// A gate in front of a transport.
    ///
    /// - Parameters:
    ///   - base: Carries what may pass.
    ///   - isLeading: Whether this process leads at this moment.
    public init(_ base: any Transport, isLeading: @escaping @Sendable () -> Bool) {
        self.base = base
        self.isLeading = isLeading
    }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        guard request.method == .get || isLeading() else {
            throw TransportError(.connect, "this process does not lead: nothing was sent")
        }
        return try await base.send(request)
    }

    public func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result { try await base.stream(request, body) }
}

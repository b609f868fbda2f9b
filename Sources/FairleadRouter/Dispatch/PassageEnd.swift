import NIOCore

/// How a passage ended.
struct PassageEnd: Sendable {
    /// What the client got.
    enum Outcome: Sendable, Hashable {
        /// An answer with a status, whole.
        case answered(Int)
        /// No answer, or one that broke off on the endpoint's side.
        case failed
        /// The deadline passed.
        case timedOut
        /// The client went away: says nothing about the revision.
        case clientGone
    }

    var outcome: Outcome
    /// From the request's arrival to the end.
    var total: TimeAmount
    var requestBytes = 0
    var responseBytes = 0
    /// What a gRPC answer's trailers say; 0 is well.
    var grpcStatus: Int?

    /// Whether the service failed the request: gRPC's statuses for a server's own faults count as 5xx does.
    var isError: Bool {
        switch outcome {
        case .answered(let status): status >= 500 || grpcStatus.map(Self.faults.contains) ?? false
        case .failed, .timedOut: true
        case .clientGone: false
        }
    }

    /// UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE and DATA_LOSS.
    private static let faults: Set<Int> = [2, 4, 13, 14, 15]
}

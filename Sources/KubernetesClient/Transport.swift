public import KubernetesCore

/// Carries requests to an API server and answers back: over HTTPS in production, in process or scripted in tests.
///
/// Guarantees: an answer of any HTTP status is returned, not thrown; what is thrown is a ``TransportError`` or
/// `CancellationError`.
public protocol Transport: Sendable {
    /// Sends a request and collects its answer.
    func send(_ request: APIRequest) async throws -> APIResponse

    /// Sends a request whose answer does not end soon: a watch, or a log that is followed.
    ///
    /// The transport closes the stream when `body` returns or throws, or when the task is cancelled.
    func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result
}

/// What an answer begins with.
public struct StreamHead: Sendable, Hashable {
    /// The HTTP status.
    public var status: Int
    /// Header fields; names in lower case.
    public var headers: [String: String]

    /// Makes the head of an answer.
    public init(status: Int, headers: [String: String] = [:]) {
        self.status = status
        self.headers = headers
    }
}

/// The body of a streamed answer as it arrives.
public protocol ByteChunks {
    /// The next chunk, nil at the end; throws a ``TransportError`` where the connection broke.
    mutating func next() async throws -> [UInt8]?
}

/// A request that got no answer.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as a closed set that can serve as a metric's label.
    public enum Code: String, Sendable, Hashable {
        /// No connection could be made: the request did not reach the server.
        case connect
        /// The connection broke while the request was under way: it may have been carried out.
        case interrupted
        /// No answer came in time: the request may have been carried out.
        case timeout
        /// The server's certificate is not trusted, or the client's was refused.
        case tls
        /// There is nothing to authenticate with: the request was not sent.
        case credential
        /// Anything else.
        case other
    }

    /// What went wrong.
    public var code: Code
    /// For people.
    public var message: String

    /// Describes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

extension TransportError: Equatable {
    public static func == (left: TransportError, right: TransportError) -> Bool { left.code == right.code }
}

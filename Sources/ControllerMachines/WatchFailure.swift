public import KubernetesCore

/// Why a list or a watch failed, as far as it matters for what to do next.
public enum WatchFailure: Error, Sendable, Hashable {
    /// The server no longer has the version or the page that was asked for, or does not have it yet.
    case expired
    /// The server wants to be asked later.
    case throttled(retryAfter: Duration?)
    /// The server refuses this client: 401 or 403.
    case forbidden
    /// No connection could be made.
    case connect
    /// The connection broke, or nothing came in time.
    case interrupted
    /// The server failed: 5xx.
    case server
    /// The server does not take such a request: 400 or 422.
    case invalid
    /// The watch told nothing in the time that it had.
    case silent
    /// Anything else.
    case other

    /// Reads the server's own words.
    ///
    /// - Parameters:
    ///   - status: What the server said.
    ///   - code: The HTTP status, where that is known.
    public init(_ status: Status, code: Int? = nil) {
        let code = code ?? status.code ?? 500
        let isTooNew = status.details?.causes?.contains { $0.reason == "ResourceVersionTooLarge" } ?? false
        if code == 410 || status.reason == "Expired" || status.reason == "Gone" || isTooNew {
            self = .expired
            return
        }
        switch code {
        case 429:
            // Bounded, since nothing stops a server from sending any number.
            self = .throttled(retryAfter: status.details?.retryAfterSeconds.map { .seconds(max(0, min($0, 3600))) })
        case 400, 422: self = .invalid
        case 401, 403: self = .forbidden
        case 500...: self = .server
        default: self = .other
        }
    }
}

extension WatchFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .expired: "the server does not have that version any more, or not yet"
        case .throttled: "the server wants to be asked later"
        case .forbidden: "the server refuses this client"
        case .connect: "no connection could be made"
        case .interrupted: "the connection broke"
        case .server: "the server failed"
        case .invalid: "the server does not take such a request"
        case .silent: "nothing came in time"
        case .other: "the request failed"
        }
    }
}

import NIOCore
import NIOHTTP1

/// What decides where a request goes.
struct RequestFacts {
    /// The verb.
    var method: HTTPMethod
    /// As `Host` or `:authority` spells it, with a port where it has one.
    var host: String
    /// With the query.
    var path: String
    var headers: HTTPHeaders
    /// When it came.
    var now: NIODeadline
    /// Whether the endpoint's gRPC port is meant.
    var isGRPC = false
}

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
    /// As they came.
    var headers: HTTPHeaders
    /// The one that it goes on with, which may be the router's own.
    var requestID: String?
    /// When it came.
    var now: NIODeadline
    /// Whether the endpoint's gRPC port is meant.
    var isGRPC = false
    /// What a call about health is about, once its message was read.
    var subject: ProbeSubject?
}

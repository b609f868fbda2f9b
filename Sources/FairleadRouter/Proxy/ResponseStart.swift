import NIOHTTP1

/// The head of an answer as a client is to see it, in whichever version of HTTP.
struct ResponseStart {
    var status: HTTPResponseStatus
    /// Without those that are for one hop, and without framing.
    var headers: HTTPHeaders
    /// What `Content-Length` says.
    var length: Int?
    /// Whether a body may follow.
    var hasBody: Bool
    /// Whether nothing follows at all.
    var isEnd = false
    /// What an answer without a body says of a gRPC call.
    var grpcStatus: Int?

    /// Reads a model server's head.
    ///
    /// - Throws: `UpstreamFailure.malformed` for an answer whose end is not certain.
    init(_ head: HTTPResponseHead, to method: HTTPMethod, requestID: String, setCookie: String?) throws(UpstreamFailure)
    {
        // Nothing but 100 Continue was ever asked for.
        guard head.status.code >= 200 else { throw .malformed }
        status = head.status
        hasBody = method != .HEAD && head.status.code != 204 && head.status.code != 304
        headers = HTTPHeaders()
        headers.reserveCapacity(head.headers.count + 4)
        var named: [String] = []
        var isChunked = false
        var hasRequestID = false
        for (name, value) in head.headers {
            switch HeaderName(name) {
            case .connection:
                if !value.isHeader("keep-alive"), !value.isHeader("close") {
                    named += value.split(separator: ",").map { $0.lowercased().filter { $0 != " " } }
                }
            case .transferEncoding:
                guard value.isHeader("chunked") else { throw .malformed }
                isChunked = true
            case .contentLength:
                guard let number = Int(value), number >= 0, length == nil || length == number else { throw .malformed }
                length = number
            case .keepAlive, .proxyConnection, .upgrade, .te, .http2Settings: continue
            case .requestID:
                hasRequestID = true
                headers.add(name: name, value: value)
            case .grpcStatus:
                grpcStatus = Int(value)
                headers.add(name: name, value: value)
            case nil, .host, .expect, .forwardedFor, .forwardedProto, .forwardedHost, .traceParent, .contentType,
                .cookie, .server:
                headers.add(name: name, value: value)
            }
        }
        if isChunked { length = nil }
        for name in named { headers.remove(name: name) }
        if !hasRequestID { headers.add(name: "x-request-id", value: requestID) }
        if let setCookie { headers.add(name: "set-cookie", value: setCookie) }
        if head.status.code == 204 { length = nil }
    }

    /// The head of an answer of the router's own.
    init(_ answer: LocalAnswer, to method: HTTPMethod, requestID: String?) {
        status = answer.status
        headers = answer.headers
        if let requestID { headers.replaceOrAdd(name: "x-request-id", value: requestID) }
        length = answer.body.count
        hasBody = method != .HEAD && answer.status.code != 204 && answer.status.code != 304
        isEnd = !hasBody || answer.body.isEmpty
    }
}

import NIOHTTP1

/// The head of an answer as a client is to see it, in whichever version of HTTP.
struct ResponseStart {
    let status: HTTPResponseStatus
    /// As they came; ``passHeaders(to:)`` tells which of them go on.
    let headers: HTTPHeaders
    /// What `Content-Length` says.
    private(set) var length: Int?
    /// Whether a body may follow.
    let hasBody: Bool
    /// Whether nothing follows at all.
    var isEnd = false
    /// What an answer without a body says of a gRPC call.
    private(set) var grpcStatus: Int?
    /// Headers that `Connection` names, in lower case.
    private var named: [String] = []
    /// The request's, where the answer doesn't say it already.
    private var requestID: String?
    private let setCookie: String?

    /// Reads a model server's head.
    ///
    /// - Throws: `UpstreamFailure.malformed` for an answer whose end is not certain.
    init(_ head: HTTPResponseHead, to method: HTTPMethod, requestID: String, setCookie: String?) throws(UpstreamFailure)
    {
        let code = head.status.code
        // Nothing but 100 Continue was ever asked for.
        guard code >= 200 else { throw .malformed }
        status = head.status
        headers = head.headers
        hasBody = method != .HEAD && code != 204 && code != 304
        self.requestID = requestID
        self.setCookie = setCookie
        var isChunked = false
        for (name, value) in headers {
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
            case .requestID: self.requestID = nil
            case .grpcStatus: grpcStatus = Int(value)
            case nil, .keepAlive, .proxyConnection, .upgrade, .te, .http2Settings, .host, .expect, .forwardedFor,
                .forwardedProto, .forwardedHost, .traceParent, .contentType, .cookie, .server:
                break
            }
        }
        if isChunked || code == 204 { length = nil }
    }

    /// The head of an answer of the router's own.
    init(_ answer: LocalAnswer, to method: HTTPMethod, requestID: String) {
        status = answer.status
        headers = answer.headers
        length = answer.trailers == nil ? answer.body.count : nil
        hasBody = method != .HEAD && answer.status.code != 204 && answer.status.code != 304
        isEnd = !hasBody || answer.body.isEmpty
        self.requestID = requestID
        setCookie = nil
    }

    /// Goes through the headers that the client is to see, the proxy's own among them, without those that are for one
    /// hop and without framing.
    func passHeaders(to body: (_ name: String, _ value: String) -> Void) {
        for (name, value) in headers {
            switch HeaderName(name) {
            case .connection, .transferEncoding, .contentLength, .keepAlive, .proxyConnection, .upgrade, .te,
                .http2Settings:
                continue
            case nil, .requestID, .grpcStatus, .host, .expect, .forwardedFor, .forwardedProto, .forwardedHost,
                .traceParent, .contentType, .cookie, .server:
                if !named.isEmpty, named.contains(name.lowercased()) { continue }
                body(name, value)
            }
        }
        if let requestID { body("x-request-id", requestID) }
        if let setCookie { body("set-cookie", setCookie) }
    }
}

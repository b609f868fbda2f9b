import NIOHTTP1

/// What the headers of a request say to a proxy.
struct HeaderScan {
    private(set) var host: String?
    private(set) var forwardedFor: String?
    private(set) var cookie: String?
    private(set) var requestID: String?
    private(set) var hasForwardedProto = false
    private(set) var hasForwardedHost = false
    private(set) var hasTraceParent = false
    private(set) var isGRPC = false
    private(set) var acceptsTrailers = false
    private(set) var expectsContinue = false
    private(set) var wantsUpgrade = false
    private var contentLength: String?
    /// Whether a trace is named, in whatever way.
    private var namesTrace = false
    private var transferEncoding: String?
    /// Headers that `Connection` names, in lower case.
    private var named: [String] = []

    /// Reads all of them.
    ///
    /// - Throws: The answer to a request that means one thing to this proxy and may mean another to the server.
    mutating func read(_ headers: HTTPHeaders, isHTTP2: Bool) throws(LocalAnswer) {
        for (name, value) in headers {
            guard let header = HeaderName(name) else { continue }
            switch header {
            case .host:
                guard host == nil, !value.isEmpty else {
                    throw LocalAnswer(.badRequest, error: "the request names its host twice, or an empty one")
                }
                host = value
            case .contentLength:
                guard contentLength == nil else {
                    throw LocalAnswer(.badRequest, error: "the request has two lengths")
                }
                contentLength = value
            case .transferEncoding:
                guard transferEncoding == nil else {
                    throw LocalAnswer(.badRequest, error: "the request has two transfer encodings")
                }
                transferEncoding = value
            case .connection: readConnection(value)
            case .te: acceptsTrailers = acceptsTrailers || value.lowercased().contains("trailers")
            case .upgrade:
                guard !value.lowercased().contains("websocket") else {
                    throw LocalAnswer(.notImplemented, error: "WebSocket isn't passed on to models")
                }
                wantsUpgrade = true
            case .expect:
                guard value.lowercased() == "100-continue" else {
                    throw LocalAnswer(.expectationFailed, error: "the expectation \(value) can't be met")
                }
                expectsContinue = true
            case .forwardedFor: forwardedFor = forwardedFor.map { "\($0), \(value)" } ?? value
            case .cookie: cookie = cookie.map { "\($0); \(value)" } ?? value
            case .requestID: if Self.isIdentifier(value) { requestID = requestID ?? value }
            case .traceParent:
                // Of two it is not known which is meant.
                hasTraceParent = !namesTrace && TraceParent.isValid(value)
                namesTrace = true
                // Of a trace that can't be read, the state says nothing either.
                if !hasTraceParent { named.append("tracestate") }
            case .forwardedProto: hasForwardedProto = true
            case .forwardedHost: hasForwardedHost = true
            case .contentType: isGRPC = isHTTP2 && value.hasPrefix("application/grpc")
            case .keepAlive, .proxyConnection, .http2Settings, .server, .grpcStatus: break
            }
        }
    }

    /// How the body is framed.
    func framing() throws(LocalAnswer) -> IncomingRequest.Framing {
        if let transferEncoding {
            guard contentLength == nil else {
                throw LocalAnswer(.badRequest, error: "the request has a length and a transfer encoding")
            }
            guard transferEncoding.isHeader("chunked") else {
                throw LocalAnswer(.notImplemented, error: "the transfer encoding \(transferEncoding) isn't known here")
            }
            return .chunked
        }
        guard let contentLength else { return .none }
        guard contentLength.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(contentLength)
        else { throw LocalAnswer(.badRequest, error: "the request's length is no number") }
        return .length(length)
    }

    /// Whether `Connection` says that the header is for this hop alone.
    func strips(_ name: String) -> Bool { !named.isEmpty && named.contains(name.lowercased()) }

    private mutating func readConnection(_ value: String) {
        if value.isHeader("keep-alive") || value.isHeader("close") { return }
        for option in value.split(separator: ",") {
            named.append(option.trimmingPrefix { $0 == " " || $0 == "\t" }.lowercased().filter { $0 != " " })
        }
    }

    /// Whether a text is short and plain enough to be repeated in answers and logs.
    private static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

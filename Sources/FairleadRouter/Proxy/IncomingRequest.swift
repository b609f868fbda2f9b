import NIOCore
import NIOHTTP1

/// A request as one pass over its head shows it: what routing asks for, and the headers that go on to the model server.
struct IncomingRequest {
    /// How its body is framed.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    var method: HTTPMethod
    /// As the client spelt it; empty in HTTP/1.0 without one.
    var host = ""
    /// In origin form, with the query.
    var path: String
    /// As they came; ``passHeaders(to:)`` tells which of them go on.
    let headers: HTTPHeaders
    var framing = Framing.none
    var isGRPC = false
    var acceptsTrailers = false
    /// Whether the client waits for 100 Continue before it sends the body.
    var expectsContinue = false
    /// Whether the client asked to speak something else from here on, which the proxy ignores.
    var wantsUpgrade = false
    var requestID = ""
    private let scan: HeaderScan
    private let forwardedFor: String
    /// Begins a trace, where the client began none.
    private let traceParent: String?

    /// Where a request came from.
    struct Origin {
        /// The client's address.
        var address: String
        var isHTTP2: Bool
        var isHTTP10 = false
    }

    /// Reads a head.
    ///
    /// - Throws: The answer to a request that can't be passed on safely.
    init(
        method: HTTPMethod, target: String, headers: HTTPHeaders, origin: Origin, identifiers: inout Identifiers
    ) throws(LocalAnswer) {
        if method == .CONNECT || method == .TRACE {
            throw LocalAnswer(.methodNotAllowed, error: "the method \(method.rawValue) isn't served here")
        }
        self.method = method
        self.headers = headers
        path = target
        var scan = HeaderScan()
        try scan.read(headers, isHTTP2: origin.isHTTP2)
        self.scan = scan
        forwardedFor = scan.forwardedFor.map { "\($0), \(origin.address)" } ?? origin.address
        traceParent = scan.hasTraceParent ? nil : identifiers.traceParent()
        host = try Self.host(scan, target: target, path: &path, origin: origin)
        framing = try scan.framing()
        isGRPC = scan.isGRPC
        acceptsTrailers = scan.acceptsTrailers
        expectsContinue = scan.expectsContinue && framing != .none && !origin.isHTTP10
        wantsUpgrade = scan.wantsUpgrade
        requestID = scan.requestID ?? identifiers.requestID()
    }

    /// Goes through the headers that the model server is to see, the proxy's own among them, without host and framing.
    func passHeaders(to body: (_ name: String, _ value: String) -> Void) {
        for (name, value) in headers {
            switch HeaderName(name) {
            case nil where scan.strips(name): continue
            // One that can't be read is replaced.
            case .traceParent where traceParent != nil: continue
            case nil, .traceParent, .forwardedProto, .forwardedHost, .contentType, .server, .grpcStatus:
                body(name, value)
            case .connection, .keepAlive, .proxyConnection, .transferEncoding, .te, .upgrade, .http2Settings, .host,
                .contentLength, .expect, .forwardedFor, .cookie, .requestID:
                continue
            }
        }
        if let cookie = scan.cookie { body("cookie", cookie) }
        body("x-forwarded-for", forwardedFor)
        if !scan.hasForwardedProto { body("x-forwarded-proto", "http") }
        if !scan.hasForwardedHost, !host.isEmpty { body("x-forwarded-host", host) }
        body("x-request-id", requestID)
        if let traceParent { body("traceparent", traceParent) }
    }

    /// The host that is meant, with the target brought into origin form.
    private static func host(
        _ scan: HeaderScan, target: String, path: inout String, origin: Origin
    ) throws(LocalAnswer) -> String {
        if target.utf8.first == UInt8(ascii: "/") {
            guard scan.host != nil || origin.isHTTP10 else {
                throw LocalAnswer(.badRequest, error: "the request names no host")
            }
            return scan.host ?? ""
        }
        guard scan.host != nil || origin.isHTTP10 else {
            throw LocalAnswer(.badRequest, error: "the request names no host")
        }
        // An absolute form, which wins over the header (RFC 9112, 3.2.2).
        for scheme in ["http://", "https://"]
        where target.utf8.count > scheme.utf8.count && target.prefix(scheme.utf8.count).lowercased() == scheme {
            let rest = target.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            path = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
            let authority = rest[..<end]
            guard !authority.isEmpty, !authority.contains("@") else { break }
            return String(authority)
        }
        throw LocalAnswer(.badRequest, error: "the request's target is no path")
    }

    /// Whether a body may come.
    var hasBody: Bool { framing != .none }
}

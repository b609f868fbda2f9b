import NIOHTTP1

/// The headers that a proxy must know, recognized without allocating.
enum HeaderName {
    case connection, keepAlive, proxyConnection, transferEncoding, te, upgrade, http2Settings
    case host, contentLength, expect
    case forwardedFor, forwardedProto, forwardedHost, requestID, traceParent, contentType, cookie
    case server, grpcStatus

    /// The header of that name in any case; nil for one that is passed on as it is.
    init?(_ name: String) {
        let match: HeaderName
        switch name.utf8.count {
        case 2 where name.isHeader("te"): match = .te
        case 4 where name.isHeader("host"): match = .host
        case 6:
            if name.isHeader("cookie") {
                match = .cookie
            } else if name.isHeader("expect") {
                match = .expect
            } else if name.isHeader("server") {
                match = .server
            } else {
                return nil
            }
        case 7 where name.isHeader("upgrade"): match = .upgrade
        case 10:
            if name.isHeader("connection") {
                match = .connection
            } else if name.isHeader("keep-alive") {
                match = .keepAlive
            } else {
                return nil
            }
        case 11:
            if name.isHeader("traceparent") {
                match = .traceParent
            } else if name.isHeader("grpc-status") {
                match = .grpcStatus
            } else {
                return nil
            }
        case 12:
            if name.isHeader("content-type") {
                match = .contentType
            } else if name.isHeader("x-request-id") {
                match = .requestID
            } else {
                return nil
            }
        case 14:
            if name.isHeader("content-length") {
                match = .contentLength
            } else if name.isHeader("http2-settings") {
                match = .http2Settings
            } else {
                return nil
            }
        case 15 where name.isHeader("x-forwarded-for"): match = .forwardedFor
        case 16:
            if name.isHeader("proxy-connection") {
                match = .proxyConnection
            } else if name.isHeader("x-forwarded-host") {
                match = .forwardedHost
            } else {
                return nil
            }
        case 17:
            if name.isHeader("transfer-encoding") {
                match = .transferEncoding
            } else if name.isHeader("x-forwarded-proto") {
                match = .forwardedProto
            } else {
                return nil
            }
        default: return nil
        }
        self = match
    }

    /// Whether a field may follow a body: what frames or routes a message may not (RFC 9110, 6.5.1).
    static func mayTrail(_ name: String) -> Bool {
        let header = Self(name)
        return header == nil || header == .grpcStatus
    }
}

extension String {
    /// Whether this is that header's name, which is given in lower case.
    @inline(__always)
    func isHeader(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            guard name.count == utf8.count else { return false }
            var index = 0
            for byte in utf8 {
                // Sets the bit by which lower case letters differ; digits and the hyphen have it already.
                if byte | 0x20 != name[index] { return false }
                index += 1
            }
            return true
        }
    }
}

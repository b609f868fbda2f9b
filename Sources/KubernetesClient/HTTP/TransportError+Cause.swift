import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension TransportError {
    /// Says what a failure of the HTTP client, of TLS or of a socket means for a request.
    ///
    /// - Parameters:
    ///   - cause: What was thrown.
    ///   - server: Host and port of the API server.
    init(cause: any Error, server: String) {
        switch cause {
        case let error as TransportError: self = error
        case let error as ConfigurationError: self.init(.credential, "\(error)")
        case let error as HTTPClientError: self.init(error, server: server)
        case let error as NIOConnectionError:
            self.init(.connect, "can not connect to \(server): \(Self.reason(error))")
        case ChannelError.connectTimeout:
            self.init(.connect, "can not connect to \(server): nobody answered in time")
        case is ChannelError: self.init(.interrupted, "the connection to \(server) broke: \(cause)")
        case let error as IOError:
            let isRefusal = [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
            self.init(
                isRefusal ? .connect : .interrupted,
                "\(isRefusal ? "can not connect to \(server)" : "the connection to \(server) broke"): "
                    + Self.reason(error))
        case NIOSSLError.uncleanShutdown:
            self.init(.interrupted, "the connection to \(server) broke without TLS's goodbye")
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self.init(.tls, "the certificate of \(server) is for another name")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            self.init(.tls, "no TLS connection to \(server): \(Self.tlsReason(cause))")
        case HTTPParserError.invalidEOFState: self.init(.interrupted, "the answer of \(server) broke off")
        case is HTTPParserError: self.init(.other, "the answer of \(server) is no HTTP: \(cause)")
        default: self.init(.other, "no answer from \(server): \(cause)")
        }
    }

    private init(_ error: HTTPClientError, server: String) {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout:
            self.init(.connect, "can not connect to \(server): nobody answered in time")
        case .getConnectionFromPoolTimeout:
            self.init(.connect, "can not connect to \(server): no connection became free in time")
        case .socksHandshakeTimeout, .httpProxyHandshakeTimeout, .invalidProxyResponse:
            self.init(.connect, "can not connect to \(server): the proxy does not lead there")
        case .proxyAuthenticationRequired:
            self.init(.connect, "can not connect to \(server): the proxy asks for a user and a password")
        case .readTimeout, .writeTimeout, .deadlineExceeded: self.init(.timeout, "no answer from \(server) in time")
        case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled:
            self.init(.interrupted, "the connection to \(server) was closed before the answer was whole")
        case .alreadyShutdown: self.init(.other, "nothing is sent to \(server) any more: the client was shut down")
        default: self.init(.other, "no answer from \(server): \(error.shortDescription)")
        }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        guard !error.connectionErrors.isEmpty else { return "the name \(error.host) is not known" }
        var reasons: [String] = []
        for failure in error.connectionErrors {
            let reason = Self.reason(failure.error)
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons.joined(separator: "; ")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case ChannelError.connectTimeout: "nobody answered in time"
        case SocketAddressError.unknown(let host, _): "the name \(host) is not known"
        default: "\(error)"
        }
    }

    /// BoringSSL's words as people would say them; what is not known here is told as it is.
    private static func tlsReason(_ error: any Error) -> String {
        let text = "\(error)"
        let reasons: [(String, String)] = [
            ("CERTIFICATE_VERIFY_FAILED", "its certificate has expired or is not from an authority that is trusted"),
            ("ALERT_CERTIFICATE_REQUIRED", "it asks for a client certificate"),
            ("ALERT_CERTIFICATE_EXPIRED", "it says that the client certificate has expired"),
            ("ALERT_UNKNOWN_CA", "it does not know the authority of the client certificate"),
            ("ALERT_BAD_CERTIFICATE", "it refuses the client certificate"),
            ("ALERT_CERTIFICATE", "it refuses the client certificate"),
            ("WRONG_VERSION_NUMBER", "it does not speak TLS there"),
            ("HTTP_REQUEST", "it does not speak TLS there"),
            ("ALERT_PROTOCOL_VERSION", "it has no version of TLS in common with this client, which wants 1.2 or newer"),
        ]
        return reasons.first { text.contains($0.0) }?.1 ?? text
    }
}

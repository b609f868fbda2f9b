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
    init(cause: any Error) {
        switch cause {
        case let error as TransportError: self = error
        case let error as HTTPClientError: self.init(Self.code(of: error), error.shortDescription)
        case let error as NIOConnectionError:
            let reasons = error.connectionErrors.map { "\($0.error)" }.joined(separator: "; ")
            self.init(.connect, "can not connect to \(error.host):\(error.port): \(reasons)")
        case let error as ChannelError:
            if case .connectTimeout = error {
                self.init(.connect, "no connection was made in time")
            } else {
                self.init(.interrupted, "the connection broke: \(error)")
            }
        case let error as IOError:
            let isRefusal = [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
            self.init(isRefusal ? .connect : .interrupted, "\(error)")
        case NIOSSLError.uncleanShutdown: self.init(.interrupted, "the connection broke without TLS's goodbye")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: self.init(.tls, "TLS failed: \(cause)")
        case HTTPParserError.invalidEOFState: self.init(.interrupted, "the answer broke off")
        case is HTTPParserError: self.init(.other, "the answer is no HTTP: \(cause)")
        default: self.init(.other, "\(cause)")
        }
    }

    private static func code(of error: HTTPClientError) -> Code {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
            .tlsHandshakeTimeout, .invalidProxyResponse, .proxyAuthenticationRequired:
            .connect
        case .readTimeout, .writeTimeout, .deadlineExceeded: .timeout
        case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled: .interrupted
        default: .other
        }
    }
}

import AsyncHTTPClient
import KubernetesCore
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The HTTP clients of a transport: their time-outs are those of a client, not of a request.
final class HTTPClients: Sendable {
    /// For calls, which have a deadline.
    let calls: HTTPClient
    private let watches: HTTPClient
    private let logs: HTTPClient
    private let isShutDown = Mutex(false)

    init(endpoint: Endpoint, tlsConfiguration: TLSConfiguration?, options: HTTPTransport.Options) {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.dnsOverride = endpoint.connectsTo
        configuration.tlsConfiguration = tlsConfiguration
        configuration.timeout.connect = TimeAmount(options.connectTimeout)
        // Callers have their own back-off; they want to know at once that nobody listens.
        configuration.connectionPool.retryConnectionEstablishment = false
        let name = tlsConfiguration?.certificateVerification == .fullVerification ? endpoint.certificateName : nil
        configuration.http1_1ConnectionDebugInitializer = { channel in
            let isAlive = Self.keepAlive(channel)
            guard let name else { return isAlive }
            return isAlive.flatMap { CertificateName.check(name, on: channel) }
        }
        configuration.proxy = endpoint.proxy.map { proxy in
            if proxy.isSOCKS { return .socksServer(host: proxy.host, port: proxy.port) }
            guard let user = proxy.user else { return .server(host: proxy.host, port: proxy.port) }
            return .server(
                host: proxy.host, port: proxy.port,
                authorization: .basic(username: user, password: proxy.password ?? ""))
        }
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, options.maximumInFlightCalls)
        calls = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, options.maximumStreams)
        logs = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        configuration.timeout.read = TimeAmount(options.watchIdleTimeout)
        watches = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // Certificates were replaced and the last request on the old ones has ended, or a shutdown was forgotten.
        // A client that was not shut down would end the process in debug builds.
        guard !isShutDown.withLock({ $0 }) else { return }
        for client in [calls, watches, logs] { client.shutdown { _ in } }
    }

    /// The client for a request whose answer does not end soon.
    ///
    /// A silent watch is taken for dead; a silent log is not, since programs may say nothing for hours.
    func streaming(_ request: APIRequest) -> HTTPClient {
        request.query("watch") == "true" ? watches : logs
    }

    func shutdown() async {
        let isFirst = isShutDown.withLock { isShutDown in
            defer { isShutDown = true }
            return !isShutDown
        }
        guard isFirst else { return }
        for client in [calls, watches, logs] {
            // What can fail here is only that the client was shut down before.
            try? await client.shutdown()
        }
    }

    /// Makes the kernel ask a silent peer whether it is still there: half a minute, then four times every ten seconds.
    private static func keepAlive(_ channel: any Channel) -> EventLoopFuture<Void> {
        var options: [EventLoopFuture<Void>] = [channel.setOption(.socketOption(.so_keepalive), value: 1)]
        #if canImport(Glibc) || canImport(Musl)
            for (name, value) in [(TCP_KEEPIDLE, 30), (TCP_KEEPINTVL, 10), (TCP_KEEPCNT, 4)] {
                let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: name))
                options.append(channel.setOption(option, value: value))
            }
        #endif
        // A socket that knows no keep-alive is still of use.
        return EventLoopFuture.andAllComplete(options, on: channel.eventLoop)
    }
}

import HTTPTypes
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import PrometheusMetrics
public import ServiceLifecycle
import Synchronization

/// Serves probes and metrics over plain HTTP: `/livez`, `/healthz`, `/readyz` and `/metrics`, of which those that were
/// asked for.
///
/// Guarantees: it answers from ``ready`` on until it is stopped; a probe that fails is answered with 500 and what is
/// wrong, as Kubernetes' own are; `?verbose` tells of each check in any case.
public struct StatusServer: Service {
    /// A server that could not listen.
    public struct NotListening: Error, Sendable, CustomStringConvertible {
        /// Where.
        public var address: BindAddress
        /// Why.
        public var cause: any Error

        /// Says where, and why.
        public init(address: BindAddress, cause: any Error) {
            self.address = address
            self.cause = cause
        }

        public var description: String { "cannot listen at \(address): \(cause)" }
    }

    /// A page: what it answers, with its status and its media type.
    private typealias Page = @Sendable (_ isVerbose: Bool) -> (HTTPResponse.Status, type: String, text: String)

    private let address: BindAddress
    private let pages: [String: Page]
    private let logger: Logger
    private let bound = BoundPort()

    /// Opens when it listens.
    public let ready = Readiness()

    /// A server.
    ///
    /// - Parameters:
    ///   - address: Where to listen.
    ///   - liveness: What `/livez` and `/healthz` ask; nil for neither.
    ///   - readiness: What `/readyz` asks; nil for no such page.
    ///   - metrics: What `/metrics` shows; nil for no such page.
    ///   - logger: Told where it listens.
    public init(
        _ address: BindAddress, liveness: HealthProbe? = nil, readiness: HealthProbe? = nil,
        metrics: MetricRegistry? = nil, logger: Logger
    ) {
        self.address = address
        self.logger = logger
        var pages: [String: Page] = [:]
        for (name, probe) in [("livez", liveness), ("healthz", liveness), ("readyz", readiness)] {
            guard let probe else { continue }
            pages["/\(name)"] = { Self.answer(name, probe.state, isVerbose: $0) }
        }
        if let metrics { pages["/metrics"] = { _ in (.ok, MetricRegistry.contentType, metrics.text()) } }
        self.pages = pages
    }

    /// The port that it listens on; nil before ``ready``.
    public var port: Int? { bound.value }

    /// Serves until the task is cancelled or a graceful shutdown begins.
    ///
    /// - Throws: ``NotListening``.
    public func run() async throws {
        guard address.host == nil else { return try await serve("\(address.host ?? "")") }
        do {
            // Linux takes IPv4 there too.
            try await serve("::")
        } catch is NotListening {
            // A host without IPv6.
            try await serve("0.0.0.0")
        }
    }

    private func serve(_ host: String) async throws {
        let (pages, address, bound, ready, logger) = (pages, address, bound, ready, logger)
        // What the server says of connections that end with it is of no use to anybody.
        let quiet = Logger(label: "status") { _ in SwiftLogNoOpLogHandler() }
        let server = try HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(120))).buildServer(
            configuration: ServerConfiguration(address: .hostname(host, port: address.port), reuseAddress: true),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet
        ) { request, writer, _ in
            let response = Self.response(to: request, pages)
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { channel in
            let port = channel.localAddress?.port ?? address.port
            bound.value = port
            logger.info(
                "serving",
                metadata: [
                    "address": "\(BindAddress(host: address.host, port: port))",
                    "pages": "\(pages.keys.sorted().joined(separator: " "))",
                ])
            ready.open()
        }
        do {
            // It stops last: what still asks then may be cut off.
            try await cancelWhenGracefulShutdown { try await server.run() }
        } catch {
            if ready.isOpen || Task.isCancelled || error is CancellationError { return }
            throw NotListening(address: address, cause: error)
        }
    }

    private static func response(to request: Request, _ pages: [String: Page]) -> Response {
        let plain = "text/plain; charset=utf-8"
        guard request.method == .get else { return response(.methodNotAllowed, plain, "only GET\n") }
        guard let page = pages[request.uri.path] else { return response(.notFound, plain, "no such page\n") }
        let (status, type, text) = page(request.uri.queryParameters["verbose"] != nil)
        return response(status, type, text)
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: type, .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func answer(
        _ name: String, _ state: HealthState, isVerbose: Bool
    ) -> (HTTPResponse.Status, type: String, text: String) {
        let type = "text/plain; charset=utf-8"
        if !state.isHealthy { return (.internalServerError, type, "\(state.text)\(name) check failed\n") }
        return (.ok, type, isVerbose ? "\(state.text)\(name) check passed\n" : "ok")
    }
}

/// A port that is known later.
private final class BoundPort: Sendable {
    private let port = Mutex<Int?>(nil)

    var value: Int? {
        get { port.withLock { $0 } }
        set { port.withLock { $0 = newValue } }
    }
}

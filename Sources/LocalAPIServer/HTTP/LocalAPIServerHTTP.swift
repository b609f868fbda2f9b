import HTTPTypes
import Hummingbird
import HummingbirdTLS
import KubernetesCore
public import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle
import Synchronization

/// Serves a ``LocalAPIServer`` over HTTPS.
public final class LocalAPIServerHTTP: Service {
    private let server: LocalAPIServer
    private let address: String
    private let requestedPort: Int
    private let certificates: LocalCertificates
    private let logger: Logger
    private struct Binding {
        var port: Int?
        var waiters: [CheckedContinuation<Int?, Never>] = []
        var isOver = false
    }
    private let binding = Mutex(Binding())

    /// Describes a front.
    ///
    /// - Parameters:
    ///   - server: What answers.
    ///   - address: Where to listen; the certificate is for the loopback address.
    ///   - port: The port; 0 for any that is free.
    ///   - certificates: The server's certificate.
    ///   - logger: Where to log.
    public init(
        server: LocalAPIServer, address: String = "127.0.0.1", port: Int = 0, certificates: LocalCertificates,
        logger: Logger = Logger(label: "fairlead.apiserver.http")
    ) {
        self.server = server
        self.address = address
        requestedPort = port
        self.certificates = certificates
        self.logger = logger
    }

    /// The port, once it is bound; nil where the front ended before.
    public func port() async -> Int? {
        await withCheckedContinuation { continuation in
            let known: Int?? = binding.withLock { binding in
                if let port = binding.port { return .some(port) }
                if binding.isOver { return .some(nil) }
                binding.waiters.append(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Listens until the service group shuts down or the task is cancelled; then ends watches and closes connections.
    public func run() async throws {
        defer { settle(nil) }
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificates.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(certificates.key.utf8), format: .pem)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        var quiet = logger
        quiet.logLevel = .warning
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                await Self.answer(request, from: self.server)
            },
            server: try .tls(
                .http1(configuration: .init(additionalChannelHandlers: [PromptClosing()])), tlsConfiguration: tls),
            configuration: ApplicationConfiguration(
                address: .hostname(address, port: requestedPort), serverName: nil, reuseAddress: true),
            onServerRunning: { channel in self.settle(channel.localAddress?.port) }, logger: quiet)
        try await Self.run(application, logger: quiet)
    }

    /// Runs the application so that cancelling is a graceful shutdown too.
    private static func run(_ application: some Service, logger: Logger) async throws {
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        // A task of its own: cancelled, the application would break its connections off and say so in the log.
        let running = Task { try await group.run() }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await running.value
        } onCancelOrGracefulShutdown: {
            // The handler cannot wait, and the group outlives it.
            Task { await group.triggerGracefulShutdown() }
        }
    }

    private func settle(_ port: Int?) {
        let waiters = binding.withLock { binding in
            if let port { binding.port = port } else { binding.isOver = true }
            defer { binding.waiters = [] }
            return binding.waiters
        }
        for waiter in waiters { waiter.resume(returning: port) }
    }

    private static func answer(_ request: Request, from server: LocalAPIServer) async -> Response {
        guard let method = APIRequest.Method(rawValue: request.method.rawValue) else {
            if request.method == .head, ["/healthz", "/livez", "/readyz"].contains(request.uri.path) {
                return Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"])
            }
            return response(LocalAPIServer.response(Status.methodNotAllowed))
        }
        var headers: [String: String] = [:]
        for field in request.headers {
            let name = field.name.canonicalName
            // Names of groups may hold commas, so that those of an impersonated user stand on lines of their own.
            let separator = name.hasPrefix("impersonate-") ? "\n" : ", "
            headers[name] = headers[name].map { $0 + separator + field.value } ?? field.value
        }
        let body: [UInt8]?
        do {
            let buffer = try await request.body.collect(upTo: RequestBody.limit + 1)
            body = buffer.readableBytes == 0 ? nil : Array(buffer.readableBytesView)
        } catch {
            let status = Status(
                code: 413, reason: "RequestEntityTooLarge",
                message: "Request entity too large: limit is \(RequestBody.limit)", details: Status.Details())
            return response(LocalAPIServer.response(status))
        }
        let apiRequest = APIRequest(
            method: method, path: request.uri.path, query: queryItems(request.uri.query ?? ""), headers: headers,
            body: body)
        switch await server.respond(to: apiRequest) {
        case .whole(let answer): return response(answer)
        case .stream(let status, let headers, let write): return stream(status, headers, write)
        }
    }

    private static func stream(
        _ status: Int, _ headers: [String: String],
        _ produce: @escaping @Sendable (ServerResponse.Writer) async throws -> Void
    ) -> Response {
        let body = ResponseBody { writer in
            let (chunks, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream(
                bufferingPolicy: .unbounded)
            let gate = StreamGate()
            try await withThrowingTaskGroup { group in
                group.addTask {
                    do {
                        try await cancelWhenGracefulShutdown {
                            try await produce { bytes in
                                try await gate.enter()
                                continuation.yield(ByteBuffer(bytes: bytes))
                            }
                        }
                        continuation.finish()
                    } catch is CancellationError where Task.isShuttingDownGracefully {
                        // The body ends in order: clients start their watches anew, elsewhere or later.
                        continuation.finish()
                    } catch {
                        continuation.finish(throwing: error)
                    }
                }
                do {
                    for try await chunk in chunks {
                        try await writer.write(chunk)
                        gate.leave()
                    }
                } catch {
                    // The client is gone, or the producer gave up: what was begun cannot be answered otherwise.
                    gate.close()
                    group.cancelAll()
                    throw error
                }
                group.cancelAll()
            }
            try await writer.finish(nil)
        }
        return Response(status: .init(code: status), headers: fields(headers), body: body)
    }

    private static func response(_ answer: APIResponse) -> Response {
        Response(
            status: .init(code: answer.status), headers: fields(answer.headers),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private static func fields(_ headers: [String: String]) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }

    /// A query's parameters in order.
    static func queryItems(_ query: String) -> [APIRequest.QueryItem] {
        query.split(separator: "&").compactMap { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = pair.first, let name = PercentEncoding.decode(first, plusIsSpace: true) else {
                return nil
            }
            let text = pair.count == 2 ? pair[1] : ""
            return APIRequest.QueryItem(name, PercentEncoding.decode(text, plusIsSpace: true) ?? String(text))
        }
    }
}

import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import PrometheusMetrics
import ServiceLifecycle
import Synchronization

/// Takes CloudEvents by POST, in HTTP's binary mode, and tells how it goes: `/livez`, `/readyz`, `/metrics`.
///
/// Guarantees: an answer of 202 means that the event is on disk; the bodies that it holds are bounded in sum, and what is
/// beyond gets 429.
final class PayloadServer: Sendable {
    /// The most bytes of a body: what routers send at most.
    static let maximumBody = 1 << 20
    /// The most bytes of all bodies at a time.
    static let maximumHeld = 16 << 20
    private static let maximumConnections = 512
    /// How long requests may go on when nothing new is taken.
    private static let patience = Duration.seconds(5)

    private let spool: PayloadSpool
    private let health: PayloadHealth
    private let metrics: MetricRegistry
    private let held = Atomic(0)

    init(spool: PayloadSpool, health: PayloadHealth, metrics: MetricRegistry) {
        self.spool = spool
        self.health = health
        self.metrics = metrics
    }

    /// Serves until the signal comes, and ends the requests that it has.
    ///
    /// - Parameters:
    ///   - host: Where it listens.
    ///   - port: There; 0 for any.
    ///   - stop: Comes when nothing more is to be taken.
    ///   - onListening: Told the port.
    /// - Throws: ``ArtifactFailure`` where it can't listen.
    func run(
        host: String, port: Int, until stop: TerminationSignal, onListening: @escaping @Sendable (Int) -> Void
    ) async throws {
        // What the server says of connections that end with it is of no use to anybody.
        let quiet = Logger(label: "payloads") { _ in SwiftLogNoOpLogHandler() }
        let server = try HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(120))).buildServer(
            configuration: ServerConfiguration(
                address: .hostname(host, port: port), reuseAddress: true,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet
        ) { [self] request, writer, _ in
            let response = await answer(request)
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { channel in
            onListening(channel.localAddress?.port ?? port)
        }
        do {
            var configuration = ServiceGroupConfiguration(services: [server], logger: quiet)
            // Whoever has not sent all by then is not waited for.
            configuration.maximumGracefulShutdownDuration = Self.patience
            let services = ServiceGroup(configuration: configuration)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                group.addTask {
                    await stop.wait()
                    await services.triggerGracefulShutdown()
                }
                for try await _ in group {}
            }
        } catch {
            if stop.raisedAt != nil || Task.isCancelled { return }
            throw ArtifactFailure(.storeFailed, "cannot listen at \(host):\(port): \(error)")
        }
    }

    private func answer(_ request: Request) async -> Response {
        switch (request.method, request.uri.path) {
        case (.post, _): return await take(request)
        case (.get, "/livez"): return Self.response(.ok, "ok\n")
        case (.get, "/readyz"):
            if let problem = health.problem { return Self.response(.serviceUnavailable, "\(problem)\n") }
            return Self.response(.ok, "ok\n")
        case (.get, "/metrics"):
            health.told(await spool.counts)
            return Self.response(.ok, metrics.text(), type: MetricRegistry.contentType)
        case (.get, _): return Self.response(.notFound, "no such page\n")
        default: return Self.response(.methodNotAllowed, "events come by POST\n")
        }
    }

    private func take(_ request: Request) async -> Response {
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? Self.maximumBody
        guard announced <= Self.maximumBody else { return Self.tooLarge }
        let size = max(0, announced)
        guard held.wrappingAdd(size, ordering: .relaxed).newValue <= Self.maximumHeld else {
            held.wrappingSubtract(size, ordering: .relaxed)
            var response = Self.response(.tooManyRequests, "too many events at a time\n")
            response.headers[.retryAfter] = "1"
            return response
        }
        defer { held.wrappingSubtract(size, ordering: .relaxed) }
        let headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        do {
            let body = try await request.body.collect(upTo: Self.maximumBody)
            try await spool.append(headers, Array(body.readableBytesView))
            return Self.response(.accepted, "")
        } catch let malformed as PayloadLine.Malformed {
            return Self.response(.badRequest, "\(malformed.message)\n")
        } catch is NIOTooManyBytesError {
            return Self.tooLarge
        } catch {
            // The disk takes nothing: whoever sends counts it.
            return Self.response(.serviceUnavailable, "\(error.localizedDescription)\n")
        }
    }

    private static var tooLarge: Response {
        response(.contentTooLarge, "an event has at most \(maximumBody) bytes\n")
    }

    private static func response(
        _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

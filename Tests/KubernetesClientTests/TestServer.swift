import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A small HTTP/1.1 server on loopback whose answers the test writes part by part.
final class TestServer: Sendable {
    /// A request with the connection that it came over.
    struct Exchange: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8]
        /// Counts connections from 1.
        var connection: Int
        let channel: any Channel

        func answer(_ status: Int, _ text: String = "{}", headers: [(String, String)] = []) {
            begin(status, headers: headers + [("Content-Length", "\(text.utf8.count)")])
            send(text)
            end()
        }

        func begin(_ status: Int, headers: [(String, String)] = []) {
            let head = HTTPResponseHead(
                version: .http1_1, status: .init(statusCode: status), headers: HTTPHeaders(headers))
            channel.writeAndFlush(HTTPServerResponsePart.head(head), promise: nil)
        }

        func send(_ text: String, promise: EventLoopPromise<Void>? = nil) {
            channel.writeAndFlush(
                HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: promise)
        }

        func end() { channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil) }

        /// Breaks the connection.
        func cut() { channel.close(promise: nil) }
    }

    struct Counts: Sendable {
        var connections = 0
        var open = 0
        var exchanges: [Exchange] = []
    }

    let port: Int
    private let channel: any Channel
    private let counts: Arc

    /// Shared with the connections' handlers.
    final class Arc: Sendable {
        let value = Mutex(Counts())
    }

    var connections: Int { counts.value.withLock { $0.connections } }
    var openConnections: Int { counts.value.withLock { $0.open } }
    var exchanges: [Exchange] { counts.value.withLock { $0.exchanges } }
    var paths: [String] { exchanges.map(\.head.uri) }

    private init(channel: any Channel, counts: Arc) {
        self.channel = channel
        self.counts = counts
        port = channel.localAddress?.port ?? 0
    }

    /// Serves while `body` runs.
    static func serving<Result: Sendable>(
        tls: TLSConfiguration? = nil, _ handle: @escaping @Sendable (Exchange) -> Void,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let counts = Arc()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Handler(counts: counts, handle: handle))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = TestServer(channel: channel, counts: counts)
        do {
            let result = try await body(server)
            try? await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let counts: Arc
        private let handle: @Sendable (Exchange) -> Void
        private var connection = 0
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(counts: Arc, handle: @escaping @Sendable (Exchange) -> Void) {
            self.counts = counts
            self.handle = handle
        }

        func channelActive(context: ChannelHandlerContext) {
            connection = counts.value.withLock {
                $0.connections += 1
                $0.open += 1
                return $0.connections
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            counts.value.withLock { $0.open -= 1 }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let buffer): body += Array(buffer.readableBytesView)
            case .end:
                guard let head else { return }
                let exchange = Exchange(head: head, body: body, connection: connection, channel: context.channel)
                counts.value.withLock { $0.exchanges.append(exchange) }
                handle(exchange)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

/// Waits until something holds; false where it does not within ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
        if ContinuousClock.now > deadline { return false }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return true
}

/// Files beside the tests.
enum Fixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }
}

/// A folder that is gone after the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }
}

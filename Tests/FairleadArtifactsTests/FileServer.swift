import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Files on a port of this host, as a closure answers for them.
final class FileServer: Sendable {
    struct Request: Sendable, Hashable {
        var method: String
        var path: String
        var host: String
        var authorization: String?
    }

    enum Answer: Sendable {
        case file(String)
        /// Promises all of a text, sends the first half, and falls silent.
        case half(String)
        case redirect(String)
        case failure(HTTPResponseStatus)
    }

    private let seen = Mutex<[Request]>([])
    private let answer: @Sendable (Request) -> Answer

    private init(_ answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

    var requests: [Request] { seen.withLock { $0 } }

    /// Serves while `body` runs.
    static func run<Result: Sendable>(
        answering answer: @escaping @Sendable (Request) -> Answer,
        _ body: (FileServer, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let server = FileServer(answer)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(server: server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(server, channel.localAddress?.port ?? 0))
        } catch {
            outcome = .failure(error)
        }
        try await channel.close()
        return try outcome.get()
    }

    private func take(_ request: Request) -> Answer {
        seen.withLock { $0.append(request) }
        return answer(request)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let server: FileServer

        init(server: FileServer) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            let request = Request(
                method: head.method.rawValue, path: head.uri, host: head.headers.first(name: "Host") ?? "",
                authorization: head.headers.first(name: "Authorization"))
            var headers = HTTPHeaders()
            var body = ""
            let status: HTTPResponseStatus
            let answer = server.take(request)
            switch answer {
            case .file(let text), .half(let text): (status, body) = (.ok, text)
            case .redirect(let place):
                status = .found
                headers.add(name: "Location", value: place)
            case .failure(let failure): status = failure
            }
            headers.add(name: "Content-Length", value: String(body.utf8.count))
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                promise: nil)
            if case .half = answer, head.method != .HEAD {
                let half = ByteBuffer(string: String(body.prefix(body.count / 2)))
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(half))), promise: nil)
                return
            }
            if head.method != .HEAD {
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}

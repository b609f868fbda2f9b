import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A webhook on a port of this host that answers what it is told to, and keeps what it got.
final class WebhookReceiver: Sendable {
    struct Request: Sendable, Hashable {
        var method: String
        var path: String
        var contentType: String?
        var body: [UInt8]
    }

    private struct State {
        var answers: [HTTPResponseStatus]
        var requests: [Request] = []
    }

    private let state: Mutex<State>
    private let retryAfter: String?

    private init(answers: [HTTPResponseStatus], retryAfter: String?) {
        state = Mutex(State(answers: answers))
        self.retryAfter = retryAfter
    }

    var requests: [Request] { state.withLock { $0.requests } }

    /// Serves while `body` runs; the last answer is given for ever.
    static func run<Result: Sendable>(
        answers: [HTTPResponseStatus], retryAfter: String? = nil,
        _ body: (WebhookReceiver, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let receiver = WebhookReceiver(answers: answers, retryAfter: retryAfter)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(receiver: receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(receiver, channel.localAddress?.port ?? 0))
        } catch {
            outcome = .failure(error)
        }
        try await channel.close()
        return try outcome.get()
    }

    private func answer(_ request: Request) -> HTTPResponseStatus {
        state.withLock { state in
            state.requests.append(request)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? .ok
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let receiver: WebhookReceiver
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(receiver: WebhookReceiver) { self.receiver = receiver }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let part): body += Array(part.readableBytesView)
            case .end:
                guard let head else { return }
                let status = receiver.answer(
                    Request(
                        method: head.method.rawValue, path: head.uri,
                        contentType: head.headers.first(name: "Content-Type"), body: body))
                var headers: HTTPHeaders = ["Content-Length": "0"]
                if let wait = receiver.retryAfter { headers.add(name: "Retry-After", value: wait) }
                if status.code / 100 == 3 { headers.add(name: "Location", value: "/elsewhere") }
                context.write(
                    wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                    promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server that takes events and keeps them.
final class PayloadCollector: Sendable {
    /// What came.
    struct Event: Sendable {
        var headers: HTTPHeaders
        var body: String
    }

    private let channel: any Channel
    private let events: AsyncStream<Event>

    /// - Parameters:
    ///   - status: What it says to everybody.
    ///   - location: Where it sends everybody.
    ///   - isMute: Whether it takes events and never answers.
    init(status: HTTPResponseStatus = .ok, location: String? = nil, isMute: Bool = false) async throws {
        var headers: HTTPHeaders = ["content-length": "0"]
        if let location { headers.add(name: "location", value: location) }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(head: isMute ? nil : head, events: continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/events" }

    /// The next ones.
    func next(_ count: Int) async -> [Event] {
        var taken: [Event] = []
        for await event in events {
            taken.append(event)
            if taken.count == count { break }
        }
        return taken
    }

    func close() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: HTTPResponseHead?
        private let events: AsyncStream<Event>.Continuation
        private var event = Event(headers: [:], body: "")

        init(head: HTTPResponseHead?, events: AsyncStream<Event>.Continuation) {
            answer = head
            self.events = events
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): event = Event(headers: head.headers, body: "")
            case .body(let bytes): event.body += String(buffer: bytes)
            case .end:
                events.yield(event)
                guard let answer else { return }
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}

import NIOCore
import NIOHTTP1

/// An HTTP/1.1 connection to a model server: one request after the other.
final class UpstreamConnection: ChannelDuplexHandler, UpstreamSide {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    let endpoint: Endpoint
    /// Since when it has no request.
    private(set) var idleSince: NIODeadline
    private let pool: UpstreamPool
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var keepsAlive = false
    private var hasHeldRead = false
    private var isPooled = false

    init(_ endpoint: Endpoint, pool: UpstreamPool, now: NIODeadline) {
        self.endpoint = endpoint
        self.pool = pool
        idleSince = now
    }

    /// What the channel's pipeline is made of, this handler at its end.
    var handlers: [any ChannelHandler] {
        var framing = HTTPRequestEncoder.Configuration()
        framing.automaticallySetFramingHeaders = false
        return [
            HTTPRequestEncoder(configuration: framing),
            ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)), self,
        ]
    }

    var isOpen: Bool { context?.channel.isActive ?? false }

    /// Serves an exchange, if it still wants to be served.
    func attach(_ exchange: Exchange, isReused: Bool, flushing: Bool) {
        guard isOpen else { return exchange.upstreamFailed(.unreachable) }
        self.exchange = exchange
        isPooled = false
        keepsAlive = false
        if !exchange.attached(self, isReused: isReused, flushing: flushing) {
            self.exchange = nil
            rest()
        }
    }

    /// Closes; the pool has let go of it.
    func close() {
        isPooled = false
        context?.close(promise: nil)
    }

    private func rest() {
        idleSince = .now()
        isPooled = true
        pool.release(self)
        resumeReading()
    }

    // MARK: - UpstreamSide

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func send(_ start: RequestStart, isEnd: Bool) {
        guard let context else { return }
        var head = HTTPRequestHead(version: .http1_1, method: start.method, uri: start.path, headers: start.headers)
        head.headers.add(name: "host", value: start.host)
        switch start.framing {
        case .none: break
        case .length(let length): head.headers.add(name: "content-length", value: String(length))
        case .chunked: head.headers.add(name: "transfer-encoding", value: "chunked")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if isEnd { sendEnd(nil) }
    }

    func send(_ body: ByteBuffer) {
        context?.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }

    func sendEnd(_ trailers: HTTPHeaders?) {
        // Trailers of a request may be left out (RFC 9110, 6.5.1), and servers differ in what they do with them.
        context?.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func flush() { context?.flush() }

    func resumeReading() {
        guard hasHeldRead else { return }
        hasHeldRead = false
        context?.read()
    }

    func cancel() {
        exchange = nil
        context?.close(promise: nil)
    }

    // MARK: - The channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            keepsAlive = head.isKeepAlive
            exchange.responded(head, isEnd: false)
        case .body(let body): exchange.responded(body)
        case .end(let trailers):
            self.exchange = nil
            if keepsAlive, exchange.isSent {
                // First, so that the client's next request finds it.
                rest()
                exchange.respondedEnd(trailers)
            } else {
                exchange.respondedEnd(trailers)
                context.close(promise: nil)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { exchange?.flushResponse() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.upstreamBecameWritable() }
    }

    func read(context: ChannelHandlerContext) {
        if exchange?.mayReadResponse ?? true {
            context.read()
        } else {
            hasHeldRead = true
        }
    }

    func channelInactive(context: ChannelHandlerContext) { ended(.closed) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ended(error is HTTPParserError && error as? HTTPParserError != .invalidEOFState ? .malformed : .closed)
        context.close(promise: nil)
    }

    private func ended(_ failure: UpstreamFailure) {
        guard let exchange else {
            if isPooled { pool.forget(self) }
            return
        }
        self.exchange = nil
        exchange.upstreamFailed(failure)
    }
}

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
    private var shelf: UpstreamPool.Shelf
    private let pool: UpstreamPool
    private let writer: RequestWriter
    /// What tells the decoder the method of a request, kept for the next one.
    private var mark: HTTPRequestHead?
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var keepsAlive = false
    private var hasHeldRead = false
    /// Whether the server takes in what is written.
    private(set) var isWritable = true

    init(_ endpoint: Endpoint, shelf: UpstreamPool.Shelf, pool: UpstreamPool) {
        self.endpoint = endpoint
        self.shelf = shelf
        self.pool = pool
        writer = RequestWriter(pool.scratch)
        idleSince = pool.now
    }

    /// What the channel's pipeline is made of, this handler at its end.
    var handlers: [any ChannelHandler] {
        [writer, ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)), self]
    }

    var isOpen: Bool { context?.channel.isActive ?? false }

    /// Serves an exchange, if it still wants to be served.
    func attach(_ exchange: Exchange, isReused: Bool, flushing: Bool) {
        guard isReused || isOpen else { return exchange.upstreamFailed(.unreachable) }
        self.exchange = exchange
        keepsAlive = false
        if !exchange.attached(self, isReused: isReused, flushing: flushing) {
            self.exchange = nil
            rest()
        }
    }

    /// Closes; the pool has let go of it.
    func close() { context?.close(promise: nil) }

    private func rest() {
        idleSince = pool.now
        if !shelf.isListed { shelf = pool.shelf(of: endpoint) }
        shelf.add(self)
        resumeReading()
    }

    // MARK: - UpstreamSide

    func send(_ request: IncomingRequest, path: String, isEnd: Bool) {
        guard let context else { return }
        let mark = self.mark?.method == request.method ? self.mark : nil
        let known = mark ?? HTTPRequestHead(version: .http1_1, method: request.method, uri: "/")
        self.mark = known
        context.write(wrapOutboundOut(.head(known)), promise: nil)
        writer.send(request, path: path)
        if isEnd { sendEnd(nil) }
    }

    func send(_ body: ByteBuffer) { writer.send(body) }

    func sendEnd(_ trailers: HTTPHeaders?) { writer.sendEnd(trailers) }

    func flush() { writer.flush() }

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
        isWritable = context.channel.isWritable
        if isWritable { exchange?.upstreamBecameWritable() }
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
            return shelf.remove(self)
        }
        self.exchange = nil
        exchange.upstreamFailed(failure)
    }
}

import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// One request on an HTTP/2 connection to a model server.
final class UpstreamStream: ChannelDuplexHandler, UpstreamSide {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let multiplex: UpstreamMultiplex
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var hasHead = false
    private var hasHeldRead = false

    init(_ exchange: Exchange, of multiplex: UpstreamMultiplex) {
        self.exchange = exchange
        self.multiplex = multiplex
    }

    // MARK: - UpstreamSide

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func send(_ request: IncomingRequest, path: String, isEnd: Bool) {
        guard let context else { return }
        var headers = HPACKHeaders()
        headers.reserveCapacity(request.headers.count + 10)
        headers.add(name: ":method", value: request.method.rawValue)
        headers.add(name: ":scheme", value: "http")
        headers.add(name: ":path", value: path)
        headers.add(name: ":authority", value: request.host)
        request.passHeaders { name, value in headers.add(name: name.lowercased(), value: value) }
        if request.acceptsTrailers { headers.add(name: "te", value: "trailers") }
        if case .length(let length) = request.framing { headers.add(name: "content-length", value: String(length)) }
        context.write(wrapOutboundOut(.headers(.init(headers: headers, endStream: isEnd))), promise: nil)
    }

    func send(_ body: ByteBuffer) {
        context?.write(wrapOutboundOut(.data(.init(data: .byteBuffer(body)))), promise: nil)
    }

    func sendEnd(_ trailers: HTTPHeaders?) {
        guard let context else { return }
        context.write(wrapOutboundOut(.ending(trailers)), promise: nil)
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
        case .headers(let frame): received(frame, exchange)
        case .data(let frame):
            if case .byteBuffer(let buffer) = frame.data, buffer.readableBytes > 0 { exchange.responded(buffer) }
            if frame.endStream { ended(exchange, nil) }
        default: break
        }
    }

    private func received(_ frame: HTTP2Frame.FramePayload.Headers, _ exchange: Exchange) {
        if hasHead { return ended(exchange, HTTPHeaders(plain: frame.headers)) }
        guard let status = frame.headers.first(name: ":status").flatMap(Int.init) else {
            cancel()
            return exchange.upstreamFailed(.malformed)
        }
        // 100 Continue was answered by the proxy itself.
        if (100..<200).contains(status) { return }
        hasHead = true
        let head = HTTPResponseHead(
            version: .http2, status: HTTPResponseStatus(statusCode: status), headers: HTTPHeaders(plain: frame.headers))
        exchange.responded(head, isEnd: frame.endStream)
        if frame.endStream { ended(exchange, nil) }
    }

    private func ended(_ exchange: Exchange, _ trailers: HTTPHeaders?) {
        guard self.exchange != nil else { return }
        self.exchange = nil
        let isSent = exchange.isSent
        exchange.respondedEnd(trailers)
        if !isSent { context?.close(promise: nil) }
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

    func channelInactive(context: ChannelHandlerContext) {
        multiplex.streamClosed()
        failed(.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let end = error as? NIOHTTP2Errors.StreamClosed
        let isUntouched = end.map { $0.errorCode == .refusedStream || multiplex.hasLeftOut($0.streamID) } ?? false
        failed(isUntouched ? .unprocessed : .closed)
        context.close(promise: nil)
    }

    private func failed(_ failure: UpstreamFailure) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.upstreamFailed(failure)
    }
}

extension HTTPHeaders {
    /// The fields of an HTTP/2 block without those that begin with a colon.
    init(plain headers: HPACKHeaders) {
        self.init()
        reserveCapacity(headers.count)
        for (name, value, _) in headers where name.utf8.first != UInt8(ascii: ":") { add(name: name, value: value) }
    }
}

extension HTTP2Frame.FramePayload {
    /// The last frame of a message.
    static func ending(_ trailers: HTTPHeaders?) -> Self {
        guard let trailers else { return .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)) }
        var headers = HPACKHeaders()
        headers.reserveCapacity(trailers.count)
        for (name, value) in trailers where HeaderName.mayTrail(name) {
            headers.add(name: name.lowercased(), value: value)
        }
        return .headers(.init(headers: headers, endStream: true))
    }
}

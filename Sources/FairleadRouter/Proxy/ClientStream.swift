import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// One request on an HTTP/2 connection of a client.
final class ClientStream: ChannelDuplexHandler, Timed {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private enum State {
        case waiting
        case exchanging(Exchange)
        /// The answer is written, and perhaps not sent yet.
        case over
    }

    private let connection: HTTP2Client
    private let loop: ProxyLoop
    private let origin: String
    private var context: ChannelHandlerContext?
    private var state = State.waiting
    private var isReceiving = true
    private var expectsContinue = false
    /// Whether the answer's head was its end.
    private var hasEnded = false
    private var hasHeldRead = false
    /// When the client last showed life: by sending its request, or by taking in its answer's end.
    private var since: NIODeadline
    private var blockedSince: NIODeadline?

    init(of connection: HTTP2Client, loop: ProxyLoop, origin: String) {
        self.connection = connection
        self.loop = loop
        self.origin = origin
        since = loop.now
    }

    // MARK: - Reading

    private func received(_ frame: HTTP2Frame.FramePayload.Headers) {
        switch state {
        case .waiting: begin(frame)
        case .exchanging(let exchange):
            isReceiving = false
            exchange.receivedEnd(HTTPHeaders(plain: frame.headers))
        case .over: break
        }
    }

    private func begin(_ frame: HTTP2Frame.FramePayload.Headers) {
        let now = NIODeadline.now()
        isReceiving = !frame.endStream
        var method = HTTPMethod.GET
        do throws(LocalAnswer) {
            let head = try StreamHead(frame)
            method = head.method
            let request = try IncomingRequest(
                method: head.method, target: head.path, headers: head.headers,
                origin: IncomingRequest.Origin(address: origin, isHTTP2: true), identifiers: &loop.identifiers)
            expectsContinue = request.expectsContinue
            let exchange = Exchange(request, client: self, loop: loop, now: now)
            state = .exchanging(exchange)
            exchange.start()
            if frame.endStream { exchange.receivedEnd(nil) }
        } catch {
            refuse(error, method: method, requestID: loop.identifiers.requestID())
        }
    }

    private func received(_ frame: HTTP2Frame.FramePayload.Data) {
        guard case .exchanging(let exchange) = state else { return }
        since = loop.now
        if case .byteBuffer(let buffer) = frame.data, buffer.readableBytes > 0 { exchange.received(buffer) }
        // It may have refused what came.
        guard frame.endStream, case .exchanging = state else { return }
        isReceiving = false
        exchange.receivedEnd(nil)
    }

    // MARK: - Time

    func check(_ now: NIODeadline) {
        let limits = loop.limits
        switch state {
        case .waiting: if now - since > limits.headTimeout { context?.close(promise: nil) }
        case .exchanging(let exchange):
            if let blockedSince, now - blockedSince > limits.stallTimeout {
                context?.close(promise: nil)
            } else if isReceiving, !expectsContinue, !hasHeldRead, !exchange.request.isGRPC, !exchange.hasAnswer,
                now - since > limits.stallTimeout
            {
                exchange.failed(LocalAnswer(.requestTimeout, error: "the request's body took too long"))
            } else {
                exchange.check(now)
            }
        case .over: if now - since > limits.stallTimeout { context?.close(promise: nil) }
        }
    }

    func drain() {}
}

extension ClientStream: ClientSide {
    var isWritable: Bool { context?.channel.isWritable ?? false }

    func sendContinue() {
        guard expectsContinue else { return }
        expectsContinue = false
        since = loop.now
        context?.writeAndFlush(wrapOutboundOut(.headers(.init(headers: [":status": "100"]))), promise: nil)
    }

    func respond(_ start: ResponseStart) {
        guard let context else { return }
        var headers = HPACKHeaders()
        headers.reserveCapacity(start.headers.count + 4)
        headers.add(name: ":status", value: String(start.status.code))
        start.passHeaders { name, value in headers.add(name: name.lowercased(), value: value) }
        if let length = start.length, start.hasBody, !start.isEnd {
            headers.add(name: "content-length", value: String(length))
        }
        hasEnded = start.isEnd
        context.write(wrapOutboundOut(.headers(.init(headers: headers, endStream: start.isEnd))), promise: nil)
    }

    func respond(_ body: ByteBuffer) {
        context?.write(wrapOutboundOut(.data(.init(data: .byteBuffer(body)))), promise: nil)
    }

    func finish(_ trailers: HTTPHeaders?) {
        guard let context else { return }
        state = .over
        since = loop.now
        guard !hasEnded else { return stopRequest() }
        // A reset overtakes whatever waits for the client's window, and throws it away.
        let promise = isReceiving ? context.eventLoop.makePromise(of: Void.self) : nil
        promise?.futureResult.assumeIsolated().whenSuccess { self.stopRequest() }
        context.writeAndFlush(wrapOutboundOut(.ending(trailers)), promise: promise)
    }

    /// The answer is whole: the client need not send the rest of its request (RFC 9113, 8.1).
    private func stopRequest() {
        if isReceiving { context?.write(wrapOutboundOut(.rstStream(.noError)), promise: nil) }
        context?.flush()
    }

    func flush() { context?.flush() }

    func resumeReading() {
        guard hasHeldRead else { return }
        hasHeldRead = false
        since = loop.now
        context?.read()
    }

    func refuse(_ answer: LocalAnswer) {
        guard case .exchanging(let exchange) = state else { return }
        refuse(answer, method: exchange.request.method, requestID: exchange.request.requestID)
    }

    private func refuse(_ answer: LocalAnswer, method: HTTPMethod, requestID: String) {
        let start = ResponseStart(answer, to: method, requestID: requestID)
        respond(start)
        if start.hasBody, !answer.body.isEmpty { respond(ByteBuffer(bytes: answer.body)) }
        finish(answer.trailers)
    }

    func abort() {
        state = .over
        context?.writeAndFlush(wrapOutboundOut(.rstStream(.internalError)), promise: nil)
    }
}

extension ClientStream {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        connection.streamOpened()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
        connection.streamClosed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let frame): received(frame)
        case .data(let frame): received(frame)
        case .windowUpdate: takesIn()
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .exchanging(let exchange) = state { exchange.flushRequest() }
    }

    func read(context: ChannelHandlerContext) {
        if case .exchanging(let exchange) = state, isReceiving, !exchange.mayReadRequest {
            hasHeldRead = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        blockedSince = context.channel.isWritable ? nil : loop.now
        guard context.channel.isWritable else { return }
        takesIn()
        if case .exchanging(let exchange) = state { exchange.clientBecameWritable() }
    }

    private func takesIn() { if case .over = state { since = loop.now } }

    func channelInactive(context: ChannelHandlerContext) {
        let last = state
        state = .over
        loop.remove(self)
        if case .exchanging(let exchange) = last { exchange.clientGone() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// The head of a request as HTTP/2 spells it.
private struct StreamHead {
    let method: HTTPMethod
    let path: String
    let headers: HTTPHeaders

    /// Reads a block, whose names and values are checked already, but for what HTTP/1 puts into one line.
    init(_ frame: HTTP2Frame.FramePayload.Headers) throws(LocalAnswer) {
        var (method, path, authority): (String?, String?, String?) = (nil, nil, nil)
        var fields = HTTPHeaders()
        fields.reserveCapacity(frame.headers.count + 1)
        var host: String?
        var hasLength = false
        for (name, value, _) in frame.headers {
            switch name {
            case ":method": method = value
            case ":path": path = value
            case ":authority": authority = value
            case "host": host = value
            case "content-length":
                hasLength = true
                fields.add(name: name, value: value)
            default: if name.utf8.first != UInt8(ascii: ":") { fields.add(name: name, value: value) }
            }
        }
        guard let method, let path, method.utf8.allSatisfy(Self.isVisible), path.utf8.allSatisfy(Self.isVisible) else {
            throw LocalAnswer(.badRequest, error: "the request has no method, or no path")
        }
        if let host = authority ?? host { fields.add(name: "host", value: host) }
        if !hasLength, !frame.endStream { fields.add(name: "transfer-encoding", value: "chunked") }
        self.method = HTTPMethod(rawValue: method)
        self.path = path
        headers = fields
    }

    private static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte != 0x7F }
}

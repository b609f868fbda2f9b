import NIOCore
import NIOHTTP1

/// An HTTP/1 connection of a client: one request after the other, the next ones waiting where it sends them ahead.
final class ClientConnection: ChannelDuplexHandler, Timed {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Waits for a request.
        case idle
        case exchanging(Exchange)
        /// The answer is out; what is left of the request is thrown away.
        case discarding
        /// Says nothing more, and waits for the client to close.
        case closing
    }

    /// How many bytes of a request are thrown away so that the connection can be kept.
    private static let discardLimit = 256 << 10
    /// For how long a client may take to close after the last answer.
    private static let lingering = TimeAmount.seconds(2)

    private let loop: ProxyLoop
    private let outgoing: OutgoingBytes
    private var context: ChannelHandlerContext?
    private let origin: String
    private var state = State.idle
    /// Whether the end of the request is still to come.
    private var isReceiving = false
    private var hasServed = false
    private var keepsAlive = true
    private var isHTTP10 = false
    private var expectsContinue = false
    /// Whether the rest of the request may be read for nothing.
    private var mayDiscard = true
    private var isDraining = false
    private var discarded = 0
    /// Parts of requests that came before their turn.
    private var waiting = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 0)
    private var isReplaying = false
    /// Whether the client takes in what is written.
    private(set) var isWritable = true
    private var hasHeldRead = false
    private var hasReadPart = false
    /// When the state began, or the client last showed life in it.
    private var since: NIODeadline
    private var headSince: NIODeadline?
    private var blockedSince: NIODeadline?
    private var unsent = UnsentBytes()

    init(loop: ProxyLoop, origin: String) {
        self.loop = loop
        self.origin = origin
        outgoing = OutgoingBytes(loop.scratch)
        since = loop.now
    }

    // MARK: - Reading

    private func take(_ part: HTTPServerRequestPart) {
        switch (state, part) {
        case (.idle, .head(let head)): begin(head)
        case (.exchanging(let exchange), .body(let body)): exchange.received(body)
        case (.exchanging(let exchange), .end(let trailers)):
            isReceiving = false
            exchange.receivedEnd(trailers)
        case (.discarding, .body(let body)):
            discarded += body.readableBytes
            if discarded > Self.discardLimit { endConnection() }
        case (.discarding, .end):
            isReceiving = false
            if keepsAlive { next() }
        case (.idle, _), (.exchanging, .head), (.discarding, .head), (.closing, _): break
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        let now = NIODeadline.now()
        isReceiving = true
        hasServed = true
        expectsContinue = false
        mayDiscard = true
        isHTTP10 = head.version.minor == 0
        keepsAlive = head.isKeepAlive
        (since, headSince) = (now, nil)
        do {
            let request = try IncomingRequest(
                method: head.method, target: head.uri, headers: head.headers,
                origin: IncomingRequest.Origin(address: origin, isHTTP2: false, isHTTP10: isHTTP10),
                identifiers: &loop.identifiers)
            expectsContinue = request.expectsContinue
            if case .length(let length) = request.framing { mayDiscard = length <= Self.discardLimit }
            // The decoder takes what follows for another protocol.
            if request.wantsUpgrade { keepsAlive = false }
            let exchange = Exchange(request, client: self, loop: loop, now: now)
            state = .exchanging(exchange)
            exchange.start()
        } catch {
            keepsAlive = false
            refuse(error, method: head.method)
        }
    }

    /// Whether a part of a request can be taken now.
    private var takesParts: Bool {
        if case .exchanging = state { return isReceiving }
        return true
    }

    private var mayRead: Bool {
        guard case .exchanging(let exchange) = state else { return true }
        return isReceiving ? exchange.mayReadRequest : waiting.isEmpty && keepsAlive
    }

    /// Goes on to the next request.
    private func next() {
        state = .idle
        since = loop.now
        guard !isReplaying else { return }
        isReplaying = true
        while takesParts, let part = waiting.popFirst() { take(part) }
        isReplaying = false
        if case .exchanging(let exchange) = state { exchange.flushRequest() }
        resumeReading()
    }

    // MARK: - Time

    func check(_ now: NIODeadline) {
        let limits = loop.limits
        switch state {
        case .idle:
            if let headSince {
                // What has begun is answered, however long the connection was idle before.
                guard now - headSince > limits.headTimeout else { return }
                keepsAlive = false
                isReceiving = true
                refuse(LocalAnswer(.requestTimeout, error: "the request took too long"), method: .GET)
            } else if now - since > idleLimit {
                closeIfSent(now)
            }
        case .exchanging(let exchange):
            if let blockedSince, now - blockedSince > limits.stallTimeout {
                context?.close(promise: nil)
            } else if isReceiving, !expectsContinue, !hasHeldRead, !exchange.hasAnswer,
                now - since > limits.stallTimeout
            {
                keepsAlive = false
                exchange.failed(LocalAnswer(.requestTimeout, error: "the request's body took too long"))
            } else {
                exchange.check(now)
            }
        case .discarding: if now - since > limits.headTimeout { closeIfSent(now) }
        case .closing: if now - since > Self.lingering { closeIfSent(now) }
        }
    }

    private var idleLimit: TimeAmount {
        if isDraining { return loop.limits.drainIdle }
        return hasServed ? loop.limits.idleTimeout : loop.limits.headTimeout
    }

    func drain() {
        // A client that has been promised more may be sending already: the next answer tells it to close.
        isDraining = true
        if case .idle = state { since = loop.now }
    }

    // MARK: - Closing

    /// Closes, unless the client still takes in what was said.
    private func closeIfSent(_ now: NIODeadline) {
        guard let context else { return }
        guard unsent.allowClosing(context.channel, now, stallTimeout: loop.limits.stallTimeout) else { return }
        context.close(promise: nil)
    }

    /// Says nothing more; the client may read what was said before it sees the connection closed.
    private func endConnection() {
        guard let context else { return }
        state = .closing
        since = loop.now
        waiting.removeAll()
        guard isReceiving else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        resumeReading()
    }
}

extension ClientConnection: ClientSide {
    func sendContinue() {
        guard expectsContinue else { return }
        expectsContinue = false
        since = loop.now
        outgoing.begin(isChunked: false) { $0.writeStatus(.continue) }
        flush()
    }

    func respond(_ start: ResponseStart) {
        let isUnframed = start.length == nil && start.hasBody
        let isChunked = isUnframed && !isHTTP10
        if isDraining || expectsContinue || isReceiving && !mayDiscard || isUnframed && isHTTP10 { keepsAlive = false }
        outgoing.begin(isChunked: isChunked) { buffer in
            buffer.writeStatus(start.status)
            start.passHeaders { name, value in buffer.writeField(name, value) }
            if let length = start.length { buffer.writeField("content-length", String(length)) }
            if isChunked { buffer.writeStaticString("transfer-encoding: chunked\r\n") }
            if !keepsAlive {
                buffer.writeStaticString("connection: close\r\n")
            } else if isHTTP10 {
                buffer.writeStaticString("connection: keep-alive\r\n")
            }
        }
    }

    func respond(_ body: ByteBuffer) {
        if let context { outgoing.add(body, to: context) }
    }

    func finish(_ trailers: HTTPHeaders?) {
        guard let context else { return }
        state = .discarding
        discarded = 0
        since = loop.now
        outgoing.end(trailers)
        guard keepsAlive else {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenComplete { _ in self.endConnection() }
            return outgoing.flush(to: context, promise: promise)
        }
        outgoing.flush(to: context)
        // A connection on which nothing can be written ends in the middle of that call.
        guard case .discarding = state, context.channel.isActive else { return }
        if isReceiving {
            resumeReading()
        } else {
            next()
        }
    }

    func flush() {
        if let context { outgoing.flush(to: context) }
    }

    func resumeReading() {
        guard hasHeldRead, mayRead else { return }
        hasHeldRead = false
        since = loop.now
        context?.read()
    }

    func refuse(_ answer: LocalAnswer) {
        guard case .exchanging(let exchange) = state else { return }
        refuse(answer, method: exchange.request.method, requestID: exchange.request.requestID)
    }

    private func refuse(_ answer: LocalAnswer, method: HTTPMethod, requestID: String? = nil) {
        let start = ResponseStart(answer, to: method, requestID: requestID ?? loop.identifiers.requestID())
        respond(start)
        if start.hasBody, !answer.body.isEmpty { respond(ByteBuffer(bytes: answer.body)) }
        finish(answer.trailers)
    }

    func abort() {
        state = .closing
        context?.close(promise: nil)
    }
}

extension ClientConnection {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        let part = unwrapInboundIn(data)
        if waiting.isEmpty, takesParts, !isReplaying {
            take(part)
        } else {
            waiting.append(part)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        switch state {
        case .exchanging(let exchange):
            if isReceiving { since = loop.now }
            exchange.flushRequest()
        case .idle: if !hasReadPart, headSince == nil { headSince = loop.now }
        case .discarding, .closing: break
        }
        hasReadPart = false
    }

    func read(context: ChannelHandlerContext) {
        if mayRead {
            context.read()
        } else {
            hasHeldRead = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        blockedSince = isWritable ? nil : loop.now
        if isWritable, case .exchanging(let exchange) = state { exchange.clientBecameWritable() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let last = state
        state = .closing
        isWritable = false
        loop.remove(self)
        if case .exchanging(let exchange) = last { exchange.clientGone() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        keepsAlive = false
        let answer = Self.answer(to: error)
        switch state {
        case .idle:
            isReceiving = true
            refuse(answer, method: .GET)
        case .exchanging(let exchange): if isReceiving { exchange.failed(answer) }
        case .discarding: endConnection()
        case .closing: break
        }
    }

    private static func answer(to error: HTTPParserError) -> LocalAnswer {
        switch error {
        case .headerOverflow: LocalAnswer(.requestHeaderFieldsTooLarge, error: "the request's headers are too large")
        case .invalidVersion: LocalAnswer(.httpVersionNotSupported, error: "this version of HTTP isn't spoken here")
        default: LocalAnswer(.badRequest, error: "the request is no valid HTTP")
        }
    }
}

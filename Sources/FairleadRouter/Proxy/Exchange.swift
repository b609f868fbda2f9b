import NIOCore
import NIOHTTP1

/// One request and its answer, on their way between a client and a model server.
///
/// Guarantees: the client gets one answer, or sees that it broke off; the passage is finished once; neither side is read
/// while the other doesn't take in what came.
final class Exchange {
    private enum Phase {
        case new
        case holding(Held)
        /// What the call is about decides where it goes.
        case reading
        case connecting
        /// No pod could be reached; it asks again where to go after a moment.
        case pausing
        case attached(any UpstreamSide)
        case over
    }

    /// How many connections a request may use up before it asks again where to go.
    private static let maximumAttempts = 4
    /// How often a request that a server may have worked on is sent again.
    private static let maximumSilentEnds = 2
    /// For how long a request asks again while no pod can be reached: a pod that ends is refused before it is known to
    /// end, and a service may fall asleep meanwhile.
    private static let patience = TimeAmount.seconds(5)
    private static let pause = TimeAmount.milliseconds(100)

    let request: IncomingRequest
    private let loop: ProxyLoop
    private let arrived: NIODeadline
    private var client: (any ClientSide)?
    private var phase = Phase.new
    private var passage: Passage?
    private var mirror: Passage?
    private var held = HeldBody()
    private var hasEnded = false
    private var trailers: HTTPHeaders?
    private var isReused = false
    private var attempts = 0
    private var isCopy = false
    /// Whether a copy of it was sent, or will not be.
    private var isCopied = false
    /// How often a connection ended without an answer to what it had taken.
    private var silentEnds = 0
    /// Until when it asks again where to go.
    private var patienceEnd: NIODeadline?
    private var status: Int?
    private var grpcStatus: Int?
    private var requestBytes = 0
    private var responseBytes = 0

    init(_ request: IncomingRequest, client: any ClientSide, loop: ProxyLoop, now: NIODeadline) {
        self.request = request
        self.client = client
        self.loop = loop
        arrived = now
    }

    // MARK: - The client

    /// Asks where the request goes, and sends it there.
    func start() { start(flushing: false) }

    private func start(about subject: ProbeSubject? = nil, flushing: Bool) {
        if case .length(let length) = request.framing, length > loop.maximumBody { return refuse(loop.tooLarge) }
        let facts = RequestFacts(
            method: request.method, host: request.host, path: request.path, headers: request.headers,
            requestID: request.requestID, now: arrived, isGRPC: request.isGRPC, subject: subject)
        switch loop.dispatcher.dispatch(facts, on: loop.eventLoop) {
        case .answer(let answer): refuse(answer)
        case .read:
            phase = .reading
            if hasEnded { startAsRead() }
        case .forward(let passage): open(passage, flushing: flushing)
        case .hold(let hold):
            phase = .holding(hold)
            hold.passage.assumeIsolated().whenComplete { result in self.released(result) }
        }
    }

    private func startAsRead() {
        do throws(LocalAnswer) {
            let encoding = request.headers.first(name: "grpc-encoding")
            start(about: try ProbeSubject(held.parts, encoding: encoding), flushing: true)
        } catch {
            refuse(error)
        }
    }

    /// Sends a copy of a request that another exchange has sent; the client only counts.
    func start(mirroring passage: Passage, body: HeldBody) {
        held = body
        hasEnded = true
        isCopy = true
        requestBytes = body.bytes
        open(passage, flushing: true)
    }

    private func released(_ result: Result<Passage, any Error>) {
        guard case .holding = phase else {
            // The client has gone in the meantime.
            if case .success(let passage) = result { passage.finished(end(.clientGone)) }
            return
        }
        switch result {
        case .success(let passage): open(passage, flushing: true)
        case .failure(let error):
            refuse(error as? LocalAnswer ?? LocalAnswer(.serviceUnavailable, error: "the model could not be woken"))
        }
    }

    /// Whether more of the request may be read.
    var mayReadRequest: Bool {
        if case .attached(let upstream) = phase { return upstream.isWritable }
        return held.bytes < loop.limits.heldBytes
    }

    /// Takes a part of the request's body.
    func received(_ body: ByteBuffer) {
        requestBytes += body.readableBytes
        guard requestBytes <= loop.maximumBody else { return fail(.clientGone, loop.tooLarge) }
        passage?.payload?.request(body)
        held.take(body)
        switch phase {
        case .attached(let upstream):
            upstream.send(body)
            held.bound(to: heldLimit)
        case .reading: if held.bytes > ProbeSubject.maximumBytes { refuse(ProbeSubject.tooLarge) }
        case .new, .holding, .connecting, .pausing, .over: break
        }
    }

    /// Takes the end of the request.
    func receivedEnd(_ trailers: HTTPHeaders?) {
        hasEnded = true
        self.trailers = trailers
        startMirror()
        switch phase {
        case .attached(let upstream): upstream.sendEnd(trailers)
        case .reading: startAsRead()
        case .new, .holding, .connecting, .pausing, .over: break
        }
    }

    /// The client has sent all that it has for now.
    func flushRequest() {
        if case .attached(let upstream) = phase { upstream.flush() }
    }

    /// The client takes in what is written, again.
    func clientBecameWritable() {
        if case .attached(let upstream) = phase { upstream.resumeReading() }
    }

    /// The client has gone.
    func clientGone() { over(.clientGone) }

    /// The request can't go on, through no fault of the revision.
    func failed(_ answer: LocalAnswer) { fail(.clientGone, answer) }

    /// Looks at the deadline.
    func check(_ now: NIODeadline) {
        if case .reading = phase, now - arrived > loop.limits.stallTimeout {
            return failed(LocalAnswer(.requestTimeout, error: "the call's message took too long"))
        }
        guard let passage, now >= passage.deadline else { return }
        // Where the client was waited for, the server isn't late; a call may want an answer to each of its messages.
        guard hasEnded || !mayReadRequest || (request.isGRPC && requestBytes > 0), mayReadResponse else {
            return failed(LocalAnswer(.requestTimeout, error: "the client took longer than the request may"))
        }
        fail(.timedOut, LocalAnswer(.gatewayTimeout, error: "the model gave no answer in time"))
    }

    // MARK: - The model server

    private var heldLimit: Int { mirror == nil ? loop.limits.heldBytes : loop.limits.mirroredBytes }

    private func open(_ passage: Passage, flushing: Bool) {
        self.passage = passage
        mirror = isCopied ? nil : passage.mirror
        if isCopied { passage.mirror?.released() }
        for part in held.parts { passage.payload?.request(part) }
        if hasEnded { startMirror() }
        connect(to: passage.endpoint, flushing: flushing)
    }

    private func connect(to endpoint: Endpoint, freshly: Bool = false, flushing: Bool) {
        attempts += 1
        phase = .connecting
        loop.pool.connect(to: endpoint, freshly: freshly, for: self, flushing: flushing)
    }

    /// Takes a connection that it asked for; whether it still wants one.
    func attached(_ upstream: any UpstreamSide, isReused: Bool, flushing: Bool) -> Bool {
        guard case .connecting = phase, let passage else { return false }
        phase = .attached(upstream)
        self.isReused = isReused
        if request.expectsContinue, !hasEnded { client?.sendContinue() }
        let isEnd = hasEnded && held.parts.isEmpty && trailers == nil
        upstream.send(request, path: passage.path, isEnd: isEnd)
        for part in held.parts { upstream.send(part) }
        if hasEnded, !isEnd { upstream.sendEnd(trailers) }
        held.bound(to: heldLimit)
        if flushing { upstream.flush() }
        if !hasEnded { client?.resumeReading() }
        return true
    }

    /// Whether more of the answer may be read.
    var mayReadResponse: Bool { client?.isWritable ?? true }

    /// Takes the answer's head.
    func responded(_ head: HTTPResponseHead, isEnd: Bool) {
        guard case .attached = phase, let client, let passage else { return }
        do {
            var start = try ResponseStart(
                head, to: request.method, requestID: request.requestID, setCookie: passage.setCookie)
            start.isEnd = isEnd
            status = Int(head.status.code)
            grpcStatus = start.grpcStatus
            if let payload = passage.payload, let type = start.headers.first(name: "content-type") {
                payload.response(contentType: type)
            }
            if mirror == nil { held.drop() }
            client.respond(start)
        } catch {
            if case .attached(let upstream) = phase { upstream.cancel() }
            upstreamFailed(.malformed)
        }
    }

    /// Takes a part of the answer's body.
    func responded(_ body: ByteBuffer) {
        guard case .attached = phase, let client else { return }
        responseBytes += body.readableBytes
        passage?.payload?.response(body)
        client.respond(body)
    }

    /// Takes the end of the answer.
    func respondedEnd(_ trailers: HTTPHeaders?) {
        guard case .attached = phase, let client, let status else { return }
        if let text = trailers?.first(name: "grpc-status") { grpcStatus = Int(text) }
        // The server needs no more of the request: its side ends by itself.
        phase = .over
        finish(.answered(status))
        client.finish(trailers)
    }

    /// Whether the answer has begun.
    var hasAnswer: Bool { status != nil }

    /// Whether all of the request was received, and so was sent.
    var isSent: Bool { hasEnded }

    /// The server has sent all that it has for now.
    func flushResponse() { client?.flush() }

    /// The server takes in what is written, again.
    func upstreamBecameWritable() { client?.resumeReading() }

    /// The connection that it asked for, or had, gives no answer any more.
    func upstreamFailed(_ failure: UpstreamFailure) {
        guard let passage else { return }
        switch phase {
        case .connecting, .attached: break
        case .new, .holding, .reading, .pausing, .over: return
        }
        if status == nil, held.isWhole {
            if attempts < Self.maximumAttempts, let next = next(after: failure, passage) {
                return connect(to: next.endpoint, freshly: next.isFresh, flushing: true)
            }
            if case .unreachable = failure, startLater() { return }
        }
        phase = .connecting
        let reason =
            switch failure {
            case .unreachable: "the model can't be reached"
            case .unprocessed, .closed: "the model closed the connection without an answer"
            case .malformed: "the model's answer is no valid HTTP"
            }
        fail(.failed, LocalAnswer(.badGateway, error: reason))
    }

    /// Where to try again: only what was certainly not worked on, or may be worked on twice.
    private func next(after failure: UpstreamFailure, _ passage: Passage) -> (endpoint: Endpoint, isFresh: Bool)? {
        switch failure {
        case .unreachable: return passage.retry().map { ($0, false) }
        case .unprocessed: return (passage.endpoint, true)
        case .closed:
            silentEnds += 1
            // What ends one server after the other must not end them all.
            guard passage.isRetrySafe, silentEnds <= Self.maximumSilentEnds else { return nil }
            // A server that closes an idle connection is well, and most likely takes a new one.
            return isReused ? (passage.endpoint, true) : passage.retry().map { ($0, false) }
        case .malformed: return nil
        }
    }

    /// Asks again where to go, after a moment: by then it is known which pods there are.
    ///
    /// - Returns: Whether it does.
    private func startLater() -> Bool {
        let now = NIODeadline.now()
        let end = patienceEnd ?? now + Self.patience
        guard !isCopy, now + Self.pause < end else { return false }
        patienceEnd = end
        phase = .pausing
        loop.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in
            guard case .pausing = phase else { return }
            passage?.released()
            mirror?.released()
            (passage, mirror, phase, attempts) = (nil, nil, .new, 0)
            start(flushing: true)
        }
        return true
    }

    // MARK: - The end

    /// Ends the exchange without the model server's answer, or in the middle of it.
    private func fail(_ outcome: PassageEnd.Outcome, _ answer: LocalAnswer) {
        guard let client else { return }
        let hasStarted = status != nil
        over(outcome)
        if hasStarted {
            client.abort()
        } else {
            // Those of the dispatcher are in the client's terms already.
            let isForeign =
                request.isGRPC && answer.trailers == nil && !answer.headers.contains(name: "grpc-status")
            client.refuse(isForeign ? answer.inGRPC : answer)
        }
    }

    private func refuse(_ answer: LocalAnswer) { fail(.clientGone, answer) }

    private func over(_ outcome: PassageEnd.Outcome) {
        let last = phase
        phase = .over
        switch last {
        case .attached(let upstream): upstream.cancel()
        case .holding(let hold): hold.cancel()
        case .new, .reading, .connecting, .pausing, .over: break
        }
        finish(outcome)
    }

    private func finish(_ outcome: PassageEnd.Outcome) {
        passage?.finished(end(outcome))
        passage = nil
        // A copy of half a request is worth nothing.
        mirror?.finished(PassageEnd(outcome: .clientGone, total: .zero))
        mirror = nil
        held.drop()
        client = nil
    }

    private func end(_ outcome: PassageEnd.Outcome) -> PassageEnd {
        PassageEnd(
            outcome: outcome, total: .now() - arrived, requestBytes: requestBytes,
            responseBytes: responseBytes, grpcStatus: grpcStatus)
    }

    private func startMirror() {
        guard let passage = mirror else { return }
        mirror = nil
        isCopied = true
        guard held.isWhole, loop.startMirror(of: request, to: passage, body: held) else {
            return passage.finished(PassageEnd(outcome: .clientGone, total: .zero))
        }
    }
}

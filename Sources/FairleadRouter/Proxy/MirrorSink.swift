import NIOCore
import NIOHTTP1

/// The client of a mirrored request, who wants no answer.
final class MirrorSink: ClientSide, Timed {
    private let loop: ProxyLoop
    private var exchange: Exchange?

    init(loop: ProxyLoop) { self.loop = loop }

    /// Sends the copy.
    func start(_ request: IncomingRequest, to passage: Passage, body: HeldBody) {
        var request = request
        // Of a copy, the length is known; and nobody waits for permission to send it.
        if request.framing == .chunked { request.framing = .length(body.bytes) }
        request.expectsContinue = false
        let exchange = Exchange(request, client: self, loop: loop, now: .now())
        self.exchange = exchange
        loop.add(self)
        exchange.start(mirroring: passage, body: body)
    }

    private func over() {
        guard exchange != nil else { return }
        exchange = nil
        loop.remove(self)
        loop.mirrors -= 1
    }

    var isWritable: Bool { true }

    func check(_ now: NIODeadline) { exchange?.check(now) }

    func finish(_ trailers: HTTPHeaders?) { over() }

    func refuse(_ answer: LocalAnswer) { over() }

    func abort() { over() }

    func drain() {}

    func sendContinue() {}

    func respond(_ start: ResponseStart) {}

    func respond(_ body: ByteBuffer) {}

    func flush() {}

    func resumeReading() {}
}

import FairleadAPI
import Foundation
import KubernetesCore
import NIOCore
import NIOHTTP1
import Synchronization

/// The bodies of one request that is logged.
///
/// Guarantees: it never waits, and keeps no more than a bound of each body, nor all samples together than a bound of all.
final class PayloadSample: Sendable {
    /// A body as far as it came; nil where it is too large.
    private struct Body {
        var bytes: ByteBuffer? = ByteBuffer()
        var contentType = "application/json"

        var count: Int { bytes?.readableBytes ?? 0 }

        mutating func take(_ part: ByteBuffer, for log: PayloadLog) {
            guard bytes != nil else { return }
            if count + part.readableBytes > PayloadLog.maximumBody || !log.reserve(part.readableBytes) {
                log.release(count)
                bytes = nil
            } else {
                var part = part
                bytes?.writeBuffer(&part)
            }
        }
    }

    private let rule: PayloadRule
    /// Both events go to the same one; nil where nobody is there.
    private let url: String?
    private let id: String
    private let arrival = MicroTime(Date())
    private let service: ObjectKey
    private let revision: String
    private let component: ServiceComponent
    private let log: PayloadLog
    private let bodies: Mutex<(request: Body, response: Body)>

    init(
        _ request: RequestFacts, rule: PayloadRule, service: ObjectKey, revision: String, component: ServiceComponent,
        log: PayloadLog
    ) {
        self.rule = rule
        url = rule.urls.randomElement()
        id = request.requestID ?? request.headers.first(name: "x-request-id") ?? CookieJar.makeValue()
        self.service = service
        self.revision = revision
        self.component = component
        self.log = log
        var body = Body()
        if let type = request.headers.first(name: "content-type") { body.contentType = type }
        bodies = Mutex((body, Body()))
    }

    deinit { _ = close() }

    /// Takes a part of the request's body, in order.
    func request(_ bytes: ByteBuffer) {
        if rule.requests { bodies.withLock { $0.request.take(bytes, for: log) } }
    }

    /// Takes what the answer's body is.
    func response(contentType: String) {
        bodies.withLock { $0.response.contentType = contentType }
    }

    /// Takes a part of the answer's body, in order.
    func response(_ bytes: ByteBuffer) {
        if rule.responses { bodies.withLock { $0.response.take(bytes, for: log) } }
    }

    /// Sends what there is: the request whenever it went to a pod, the answer where it is whole.
    func ended(_ end: PassageEnd) {
        let (request, response) = close()
        if rule.requests { send(request, as: .request, at: arrival) }
        if rule.responses, case .answered = end.outcome { send(response, as: .response, at: MicroTime(Date())) }
    }

    /// Takes the bodies out, and nothing in any more.
    private func close() -> (request: Body, response: Body) {
        let taken = bodies.withLock { bodies in
            defer { bodies = (Body(bytes: nil), Body(bytes: nil)) }
            return bodies
        }
        log.release(taken.request.count + taken.response.count)
        return taken
    }

    private func send(_ body: Body, as kind: PayloadEvent.Kind, at time: MicroTime) {
        guard let url else { return log.lose(.refused) }
        guard let bytes = body.bytes else { return log.lose(.tooLarge) }
        log.add(
            PayloadEvent(
                kind: kind, id: id, time: time, url: url, service: service, revision: revision,
                component: component, contentType: body.contentType, body: bytes))
    }
}

import FairleadAPI
import Foundation
import KubernetesCore
import NIOCore
import Testing

@testable import FairleadRouter

struct PayloadQueueTests {
    @Test func oneWhoTakesSlowlyDelaysNobodyElse() {
        var queue = PayloadQueue(bounds: PayloadQueue.Bounds(events: 10, bytes: 10_000, sending: 2, takers: 2))
        let slow = (0..<20).map { _ in queue.add(event("http://slow", bytes: 10)) }
        #expect(slow.count { $0 } == 10)
        let isTaken1 = queue.add(event("http://quick", bytes: 10))
        #expect(isTaken1)
        let isTaken2 = queue.add(event("http://third", bytes: 10))
        #expect(!isTaken2)
        var sending: [PayloadEvent] = []
        while let next = queue.next() { sending.append(next) }
        #expect(sending.map(\.url).sorted() == ["http://quick", "http://slow", "http://slow"])
        #expect(queue.count == 8)
        for event in sending where event.url == "http://quick" { queue.sent(event) }
        let none = queue.next()
        #expect(none == nil)
        for event in sending where event.url == "http://slow" { queue.sent(event) }
        var rest = 0
        while let next = queue.next() {
            queue.sent(next)
            rest += 1
        }
        #expect(rest == 8)
        #expect(queue.bytes == 0)
        let isTaken3 = queue.add(event("http://third", bytes: 10))
        #expect(isTaken3)
    }

    @Test func bytesAreBoundedWithThoseBeingSent() {
        var queue = PayloadQueue(bounds: PayloadQueue.Bounds(events: 10, bytes: 100, sending: 2, takers: 2))
        let isTaken4 = queue.add(event("http://a", bytes: 60))
        #expect(isTaken4)
        let first = queue.next()
        let isTaken5 = queue.add(event("http://a", bytes: 60))
        #expect(!isTaken5)
        if let first { queue.sent(first) }
        let isTaken6 = queue.add(event("http://a", bytes: 60))
        #expect(isTaken6)
    }

    private func event(_ url: String, bytes: Int) -> PayloadEvent {
        PayloadEvent(
            kind: .request, id: "1", time: MicroTime("2026-01-01T00:00:00Z") ?? MicroTime(.distantPast), url: url,
            service: ObjectKey(namespace: "risk", name: "churn"), revision: "churn-a", component: .predictor,
            contentType: "application/json", body: ByteBuffer(repeating: 1, count: bytes))
    }
}

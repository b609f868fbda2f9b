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
        #expect(slow.count { $0 == 0 } == 10)
        let lost1 = queue.add(event("http://quick", bytes: 10))
        #expect(lost1 == 0)
        let lost2 = queue.add(event("http://third", bytes: 10))
        #expect(lost2 == 1)
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
        let lost3 = queue.add(event("http://third", bytes: 10))
        #expect(lost3 == 0)
    }

    /// Places of all are taken by some: every other one may be sent one event at a time, and more when places come free.
    @Test func everyOneHasAPlaceOfItsOwn() {
        var queue = PayloadQueue(bounds: PayloadQueue.Bounds(bytes: 10_000, sending: 4, places: 6))
        var sending: [PayloadEvent] = []
        for number in 0..<4 {
            for _ in 0..<10 { _ = queue.add(event("http://slow-\(number)", bytes: 1)) }
            while let next = queue.next() { sending.append(next) }
        }
        // The first of each and the six places.
        #expect(sending.count == 10)
        for _ in 0..<5 { _ = queue.add(event("http://quick", bytes: 1)) }
        for _ in 0..<5 {
            guard let next = queue.next() else {
                Issue.record("the quick one waits")
                break
            }
            #expect(next.url == "http://quick")
            let more = queue.next()
            #expect(more == nil)
            queue.sent(next)
        }
        let none = queue.next()
        #expect(none == nil)
        // Whoever waits gets the places that come free, and in the end all is sent.
        var rest = 0
        while let done = sending.popLast() {
            queue.sent(done)
            while let next = queue.next() {
                sending.append(next)
                rest += 1
            }
            #expect(sending.count <= 10)
        }
        #expect(rest == 30)
        #expect(queue.count == 0 && queue.bytes == 0)
    }

    /// One who takes slowly has filled the memory: whoever comes later gets its part of it.
    @Test func whoHasTheMostGivesWay() {
        var queue = PayloadQueue(bounds: PayloadQueue.Bounds(bytes: 1000, sending: 1))
        for _ in 0..<10 { _ = queue.add(event("http://slow", bytes: 100)) }
        let first = queue.next()
        #expect(first?.url == "http://slow")
        var lost: [Int] = []
        for _ in 0..<6 { lost.append(queue.add(event("http://quick", bytes: 100))) }
        #expect(lost == [1, 1, 1, 1, 1, 1] && queue.bytes == 1000)
        var counts: [String: Int] = [:]
        while let next = queue.next() {
            counts[next.url, default: 0] += 1
            queue.sent(next)
        }
        // Four of the slow one's nine that waited gave way; then it had no more than the other.
        #expect(counts == ["http://quick": 4])
        if let first { queue.sent(first) }
        while let next = queue.next() {
            counts[next.url, default: 0] += 1
            queue.sent(next)
        }
        #expect(counts == ["http://quick": 4, "http://slow": 5])
        #expect(queue.bytes == 0)
    }

    @Test func bytesAreBoundedWithThoseBeingSent() {
        var queue = PayloadQueue(bounds: PayloadQueue.Bounds(events: 10, bytes: 100, sending: 2, takers: 2))
        let lost4 = queue.add(event("http://a", bytes: 60))
        #expect(lost4 == 0)
        let first = queue.next()
        let lost5 = queue.add(event("http://a", bytes: 60))
        #expect(lost5 == 1)
        if let first { queue.sent(first) }
        let lost6 = queue.add(event("http://a", bytes: 60))
        #expect(lost6 == 0)
    }

    /// Where even those who have the most have too little to give, nobody gives anything.
    @Test func nobodyGivesWayInVain() {
        var queue = PayloadQueue(bounds: PayloadQueue.Bounds(bytes: 1000))
        _ = queue.add(event("http://busy", bytes: 400))
        let first = queue.next()
        #expect(first?.url == "http://busy")
        for _ in 0..<6 { _ = queue.add(event("http://slow", bytes: 100)) }
        // It wants 350 bytes of the 600, of which it may leave the other no more than as many.
        let tooLarge = queue.add(event("http://quick", bytes: 350))
        #expect(tooLarge == 1)
        #expect(queue.count == 6 && queue.bytes == 1000)
        let small = queue.add(event("http://quick", bytes: 150))
        #expect(small == 2)
        #expect(queue.count == 5 && queue.bytes == 950)
    }

    /// A place that comes free for one whose events have gone meanwhile is the next one's.
    @Test func aFreePlaceFindsWhoWaitsForIt() {
        var queue = PayloadQueue(bounds: PayloadQueue.Bounds(bytes: 850, sending: 2, places: 1))
        for size in [100, 100] { _ = queue.add(event("http://a", bytes: size)) }
        let sending = [queue.next(), queue.next()].compactMap(\.self)
        #expect(sending.map(\.url) == ["http://a", "http://a"])
        for (url, second) in [("http://b", 300), ("http://c", 100)] {
            _ = queue.add(event(url, bytes: 100))
            _ = queue.add(event(url, bytes: second))
            let (first, none) = (queue.next(), queue.next())
            #expect(first?.url == url && none == nil)
        }
        // What the second of them has goes for another's.
        let displaced = queue.add(event("http://d", bytes: 100))
        let last = queue.next()
        #expect(displaced == 1 && last?.url == "http://d")
        if let done = sending.first { queue.sent(done) }
        let next = queue.next()
        #expect(next?.url == "http://c")
    }

    /// A collector reads percent signs in attributes, and so gets what the client sent.
    @Test func attributesAreEncoded() {
        var event = event("http://a", bytes: 1)
        event.id = "100%25 \"\u{e9}\""
        let id = event.headers.first { $0.name == "ce-id" }?.value
        #expect(id == "100%2525%20%22%C3%A9%22")
        #expect(id?.removingPercentEncoding == event.id)
        #expect(event.headers.contains { $0 == ("ce-source", "/risk/churn") })
        #expect(event.headers.contains { $0 == ("content-type", "application/json") })
    }

    private func event(_ url: String, bytes: Int) -> PayloadEvent {
        PayloadEvent(
            kind: .request, id: "1", time: MicroTime("2026-01-01T00:00:00Z") ?? MicroTime(.distantPast), url: url,
            service: ObjectKey(namespace: "risk", name: "churn"), revision: "churn-a", component: .predictor,
            contentType: "application/json", body: ByteBuffer(repeating: 1, count: bytes))
    }
}

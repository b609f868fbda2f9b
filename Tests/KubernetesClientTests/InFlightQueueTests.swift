import KubernetesCore
import PropertyTesting
import Testing

@testable import KubernetesClient

struct InFlightQueueTests {
    /// Random arrivals, departures and abandonments against a list that is kept the plain way.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func slotsAreBoundedAndTheLineIsFair(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let slots = Int.random(in: 1...4, using: &generator)
        var queue = InFlightQueue<UInt64>(slots: slots)
        var inside = 0
        var arrived: [UInt64] = []
        var line: [UInt64] = []
        for _ in 0..<500 {
            switch Int.random(in: 0...5, using: &generator) {
            case 0, 1:
                if let ticket = queue.arrive() { arrived.append(ticket) } else { inside += 1 }
            case 2:
                guard let ticket = arrived.popLast() else { continue }
                switch queue.wait(ticket, ticket) {
                case .admitted: inside += 1
                case .waiting: line.append(ticket)
                case .abandoned: Issue.record("seed \(seed): nobody abandoned \(ticket)")
                }
            case 3:
                guard inside > 0 else { continue }
                let next = queue.leave()
                #expect(next == line.first, "seed \(seed)")
                if line.isEmpty { inside -= 1 } else { line.removeFirst() }
            case 4:
                guard let ticket = line.randomElement(using: &generator) else { continue }
                #expect(queue.abandon(ticket) == ticket, "seed \(seed)")
                #expect(queue.abandon(ticket) == nil, "seed \(seed)")
                line.removeAll { $0 == ticket }
            default:
                guard let ticket = arrived.popLast() else { continue }
                #expect(queue.abandon(ticket) == nil, "seed \(seed)")
                #expect(queue.wait(ticket, ticket) == .abandoned, "seed \(seed)")
            }
            #expect(inside <= slots, "seed \(seed)")
            #expect(line.isEmpty || inside == slots, "seed \(seed): somebody waits before a free slot")
        }
    }

    @Test(
        arguments: [
            (429, "post", "1", 0, 1 as Int64?), (429, "get", "0", 4, 0), (429, "get", "1", 5, nil),
            (429, "get", "31", 0, nil), (429, "get", "30", 0, 30), (429, "get", nil, 0, nil),
            (429, "get", "-1", 0, nil),
            (429, "get", "soon", 0, nil), (503, "get", "2", 0, 2), (503, "put", "2", 0, nil), (500, "get", "2", 0, nil),
            (429, "get", "99999999999999999999", 0, nil),
        ] as [(Int, String, String?, Int, Int64?)])
    func retryAfter(_ status: Int, _ method: String, _ header: String?, _ retries: Int, _ expected: Int64?) throws {
        let response = APIResponse(status: status, headers: header.map { ["retry-after": $0] } ?? [:])
        let delay = RetryPolicy().delay(
            after: response, to: try #require(.init(rawValue: method.uppercased())), retries: retries)
        #expect(delay == expected.map { .seconds($0) })
    }
}

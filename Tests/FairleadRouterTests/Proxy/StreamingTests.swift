import FairleadAPI
import NIOCore
import Testing

@testable import FairleadRouter

/// What is sent little by little, and who waits for whom.
@Suite(.timeLimit(.minutes(2)))
struct StreamingTests {
    @Test func eventsArriveOneByOne() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        try await RawServer.serve({ wire in
            guard try await wire.request() != nil else { return }
            try await wire.send(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            var turns = turns.makeAsyncIterator()
            for number in 0..<20 {
                // The next event is sent when the client has the last one.
                let event = "data: \(number)\n\n"
                try await wire.send("\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n")
                await turns.next()
            }
            try await wire.send("0\r\n\r\n")
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    #expect(try await client.head()?.status == 200)
                    for number in 0..<20 {
                        #expect(try await client.chunk() == "data: \(number)\n\n")
                        turn.yield()
                    }
                    #expect(try await client.chunk().isEmpty)
                }
            }
        }
    }

    @Test func aRequestIsPassedOnWhileItIsSent() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        try await RawServer.serve({ wire in
            guard try await wire.head() != nil else { return }
            for number in 0..<20 {
                guard try await wire.chunk() == "part \(number)" else { return }
                turn.yield()
            }
            _ = try await wire.chunk()
            try await wire.send(RawServer.ok("all"))
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send("POST / HTTP/1.1\r\nhost: churn.risk\r\ntransfer-encoding: chunked\r\n\r\n")
                    var turns = turns.makeAsyncIterator()
                    for number in 0..<20 {
                        let part = "part \(number)"
                        try await client.send("\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n")
                        await turns.next()
                    }
                    try await client.send("0\r\n\r\n")
                    #expect(try await client.answer().body == "all")
                }
            }
        }
    }

    /// How much is sent in all, which nobody takes in.
    private static let flood = 256 << 20
    /// More than all the buffers of the kernel and the proxy together.
    private static let bound = 96 << 20

    @Test func aServerWaitsForItsClient() async throws {
        let sent = Notes<Int>()
        try await RawServer.serve({ wire in
            guard try await wire.request() != nil else { return }
            try await wire.send("HTTP/1.1 200 OK\r\ncontent-length: \(Self.flood)\r\n\r\n")
            let part = ByteBuffer(repeating: 0x78, count: 1 << 20)
            for _ in 0..<(Self.flood >> 20) {
                try await wire.send(part)
                sent.add(1 << 20)
            }
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    #expect(try await client.head()?.status == 200)
                    try await Self.settled(sent)
                    #expect(sent.all.reduce(0, +) < Self.bound)
                    // And it goes on where the client does.
                    for _ in 0..<(Self.flood >> 20) { _ = try await client.read(1 << 20) }
                    #expect(sent.all.reduce(0, +) == Self.flood)
                }
            }
        }
    }

    @Test func aClientWaitsForItsServer() async throws {
        let sent = Notes<Int>()
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        try await RawServer.serve({ wire in
            guard try await wire.head() != nil else { return }
            var turns = turns.makeAsyncIterator()
            await turns.next()
            for _ in 0..<(Self.flood >> 20) { _ = try await wire.read(1 << 20) }
            try await wire.send(RawServer.ok("all"))
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(
                        "POST / HTTP/1.1\r\nhost: churn.risk\r\ncontent-length: \(Self.flood)\r\n\r\n")
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            try await Self.settled(sent)
                            #expect(sent.all.reduce(0, +) < Self.bound)
                            turn.yield()
                        }
                        let part = ByteBuffer(repeating: 0x78, count: 1 << 20)
                        for _ in 0..<(Self.flood >> 20) {
                            try await client.send(part)
                            sent.add(1 << 20)
                        }
                        try await group.waitForAll()
                    }
                    #expect(try await client.answer().body == "all")
                }
            }
        }
    }

    /// Waits until nothing more is sent.
    private static func settled(_ sent: Notes<Int>) async throws {
        var last = -1
        while last != sent.count || last == 0 {
            last = sent.count
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    @Test func anAnswerBeforeTheEndOfTheRequestArrives() async throws {
        try await RawServer.serve({ wire in
            guard try await wire.head() != nil else { return }
            try await wire.send("HTTP/1.1 422 Unprocessable Content\r\ncontent-length: 4\r\n\r\nbad!")
            _ = await wire.readToEnd()
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send("POST / HTTP/1.1\r\nhost: churn.risk\r\ncontent-length: 1000\r\n\r\nbegin")
                    let answer = try await client.answer()
                    #expect(answer.status == 422)
                    #expect(answer.body == "bad!")
                    // The rest is thrown away, and the connection goes on.
                    try await client.send(String(repeating: "x", count: 995) + "GET / HTTP/1.1\r\nhost: no.one\r\n\r\n")
                    #expect(try await client.answer().status == 404)
                }
            }
        }
    }

    @Test func aClientThatTakesTooLongIsNoFaultOfTheServer() async throws {
        let timeouts = ServiceTimeouts(request: FairleadDuration("300ms"))
        try await RawServer.serve({ wire in
            guard try await wire.head() != nil else { return }
            _ = await wire.readToEnd()
        }) { pod in
            var spec = InferenceServiceSpec()
            spec.timeouts = timeouts
            try await ProxyFixture.run(pods: [pod], spec: spec) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send("POST / HTTP/1.1\r\nhost: churn.risk\r\ncontent-length: 1000\r\n\r\nbegin")
                    #expect(try await client.answer().status == 408)
                }
                let counts = try #require(proxy.dispatcher.measures.revisions.first?.counts)
                #expect(counts.errors == 0)
            }
        }
    }

    @Test func aClientThatGoesEndsTheWork() async throws {
        let (begun, ended) = (Notes<Bool>(), Notes<Bool>())
        try await RawServer.serve({ wire in
            guard try await wire.request() != nil else { return }
            begun.add(true)
            _ = await wire.readToEnd()
            ended.add(true)
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    while begun.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
                    #expect(proxy.inFlight == 1)
                }
                while ended.count == 0 || proxy.inFlight != 0 {
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
        }
    }
}

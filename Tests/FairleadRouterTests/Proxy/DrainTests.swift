import NIOCore
import NIOHPACK
import ServiceLifecycle
import Testing

@testable import FairleadRouter

/// How a proxy stops.
@Suite(.timeLimit(.minutes(2)))
struct DrainTests {
    @Test func whatIsUnderWayEnds() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        try await RawServer.serve({ wire in
            guard try await wire.request() != nil else { return }
            var turns = turns.makeAsyncIterator()
            await turns.next()
            try await wire.send(RawServer.ok("at last"))
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    while proxy.inFlight != 1 {
                        try await Task.sleep(for: .milliseconds(1))
                    }
                    await proxy.services.triggerGracefulShutdown()
                    // Once it takes no more connections, it waits for this request alone.
                    while (try? await Wire.connect(proxy.port) { _ in }) != nil {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    turn.yield()
                    let answer = try await client.answer()
                    #expect(answer.body == "at last")
                    #expect(answer["connection"] == ["close"])
                    #expect(await client.readToEnd().isEmpty)
                }
            }
        }
    }

    /// Clients that go on until they are told to close lose no request.
    @Test func nothingIsDroppedUnderLoad() async throws {
        try await RawServer.serve(RawServer.answering { RawServer.ok($0.startLine) }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                let answered = Notes<Int>()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<16 {
                        group.addTask {
                            try await Wire.connect(proxy.port) { client in
                                while true {
                                    try await client.send(ProxyFixture.get)
                                    let answer = try await client.answer()
                                    #expect(answer.status == 200)
                                    answered.add(1)
                                    if answer["connection"] == ["close"] { break }
                                }
                            }
                        }
                    }
                    group.addTask {
                        while answered.count < 200 { try await Task.sleep(for: .milliseconds(1)) }
                        await proxy.services.triggerGracefulShutdown()
                    }
                    try await group.waitForAll()
                }
                #expect(answered.count >= 200)
            }
        }
    }

    @Test func aClientOfHTTP2ThatSaysNothingHoldsNothingUp() async throws {
        try await RawServer.serve(RawServer.answering { _ in RawServer.ok("hello") }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(
                        try FrameBytes.opening(
                            [
                                ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "churn.risk",
                            ], isEnd: true))
                    while try await !FrameBytes.next(client).isEnd {}
                    await proxy.services.triggerGracefulShutdown()
                    _ = await client.readToEnd()
                }
            }
        }
    }

    @Test func clientsOfHTTP2AreToldToGo() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        try await RawServer.serve({ wire in
            guard try await wire.request() != nil else { return }
            var turns = turns.makeAsyncIterator()
            await turns.next()
            try await wire.send(RawServer.ok("at last"))
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await StreamWire.connect(proxy.port) { connection in
                    let answer = try await connection.stream { call in
                        try await call.send(
                            [":method": "GET", ":scheme": "http", ":path": "/", ":authority": "churn.risk"], isEnd: true
                        )
                        while proxy.inFlight != 1 {
                            try await Task.sleep(for: .milliseconds(1))
                        }
                        await proxy.services.triggerGracefulShutdown()
                        while (try? await Wire.connect(proxy.port) { _ in }) != nil {
                            try await Task.sleep(for: .milliseconds(5))
                        }
                        turn.yield()
                        return try await call.message()
                    }
                    #expect(answer.body == "at last")
                    // The proxy closes, not this client.
                    try await connection.channel.closeFuture.get()
                }
            }
        }
    }
}

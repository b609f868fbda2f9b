import KubernetesCore
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct HTTPStreamTests {
    private static let watch = APIRequest(path: "/api/v1/pods", query: WatchQuery().items)

    private func withTransport(
        options: HTTPTransport.Options = .init(), _ handle: @escaping @Sendable (TestServer.Exchange) -> Void,
        _ body: (HTTPTransport, TestServer) async throws -> Void
    ) async throws {
        try await TestServer.serving(handle) { server in
            let transport = try HTTPTransport(
                ClusterConfiguration(server: "http://127.0.0.1:\(server.port)"), options: options)
            do {
                try await body(transport, server)
                await transport.shutdown()
            } catch {
                await transport.shutdown()
                throw error
            }
        }
    }

    @Test func chunksArriveAsTheyAreSent() async throws {
        try await withTransport { exchange in
            exchange.begin(200)
            exchange.send("first")
        } _: { transport, server in
            let chunks = try await transport.stream(Self.watch) { head, chunks in
                var received: [String] = []
                while let chunk = try await chunks.next() {
                    received.append(String(decoding: chunk, as: UTF8.self))
                    if received.count == 1 {
                        server.exchanges[0].send("second")
                        server.exchanges[0].end()
                    }
                }
                return received
            }
            #expect(chunks.joined() == "firstsecond")
        }
    }

    @Test func aCutConnectionIsAnInterruption() async throws {
        try await withTransport { exchange in
            exchange.begin(200)
            exchange.send(#"{"type":"ADDED","#)
        } _: { transport, server in
            await #expect(throws: TransportError(.interrupted, "")) {
                try await transport.stream(Self.watch) { _, chunks in
                    _ = try await chunks.next()
                    server.exchanges[0].cut()
                    while try await chunks.next() != nil {}
                }
            }
        }
    }

    @Test func cancellationClosesTheStream() async throws {
        try await withTransport { exchange in
            exchange.begin(200)
            exchange.send("first")
        } _: { transport, server in
            let hasBegun = Mutex(false)
            let watching = Task {
                try await transport.stream(Self.watch) { _, chunks in
                    while try await chunks.next() != nil { hasBegun.withLock { $0 = true } }
                }
            }
            #expect(await eventually { hasBegun.withLock { $0 } })
            watching.cancel()
            await #expect(throws: CancellationError.self) { try await watching.value }
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test func cancellationWhileTheHeadIsAwaitedClosesTheStream() async throws {
        try await withTransport { _ in
        } _: { transport, server in
            let watching = Task { try await transport.stream(Self.watch) { _, _ in } }
            #expect(await eventually { server.exchanges.count == 1 })
            watching.cancel()
            await #expect(throws: CancellationError.self) { try await watching.value }
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test func leavingTheBodyClosesTheStream() async throws {
        struct Enough: Error {}
        try await withTransport { exchange in
            exchange.begin(200)
            exchange.send("first")
        } _: { transport, server in
            let status = try await transport.stream(Self.watch) { head, _ in head.status }
            #expect(status == 200)
            #expect(await eventually { server.openConnections == 0 })
            await #expect(throws: Enough.self) {
                try await transport.stream(Self.watch) { _, chunks in
                    _ = try await chunks.next()
                    throw Enough()
                }
            }
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test func aSilentWatchTimesOutAndASilentLogDoesNot() async throws {
        let options = HTTPTransport.Options(watchIdleTimeout: .milliseconds(100))
        try await withTransport(options: options) {
            $0.begin(200)
        } _: { transport, server in
            let log = Task {
                try await transport.stream(APIRequest(path: "/log", query: [.init("follow", "true")])) { _, chunks in
                    var bytes: [UInt8] = []
                    while let chunk = try await chunks.next() { bytes += chunk }
                    return String(decoding: bytes, as: UTF8.self)
                }
            }
            #expect(await eventually { server.exchanges.count == 1 })
            await #expect(throws: TransportError(.timeout, "")) {
                try await transport.stream(Self.watch) { _, chunks in while try await chunks.next() != nil {} }
            }
            server.exchanges[0].send("late")
            server.exchanges[0].end()
            let status = try await log.value
            #expect(status == "late")
        }
    }

    @Test func streamsDoNotTakeCallsSlotsNorEachOthers() async throws {
        let options = HTTPTransport.Options(maximumInFlightCalls: 1)
        try await withTransport(options: options) { exchange in
            if exchange.head.uri.contains("watch") { exchange.begin(200) } else { exchange.answer(200) }
        } _: { transport, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await transport.stream(Self.watch) { while try await $1.next() != nil {} } }
                }
                #expect(await eventually { server.exchanges.count == 40 })
                let status = try await transport.send(APIRequest(path: "/version")).status
                #expect(status == 200)
                group.cancelAll()
                while let result = await group.nextResult() {
                    #expect(throws: CancellationError.self) { try result.get() }
                }
            }
        }
    }

    @Test func aSlowReaderHoldsTheServerBack() async throws {
        let chunk = String(repeating: "x", count: 1 << 18)
        let total = 256
        let written = Mutex(0)
        try await withTransport { exchange in
            guard exchange.head.uri.contains("watch") else { return exchange.answer(200) }
            exchange.begin(200)
            for _ in 0..<total {
                let promise = exchange.channel.eventLoop.makePromise(of: Void.self)
                promise.futureResult.whenSuccess { written.withLock { $0 += 1 } }
                exchange.send(chunk, promise: promise)
            }
            exchange.end()
        } _: { transport, _ in
            let bytes = try await transport.stream(Self.watch) { _, chunks in
                var bytes = try await chunks.next()?.count ?? 0
                // Enough to do for 64 MiB to pass, if nothing held them back.
                for _ in 0..<300 { _ = try await transport.send(APIRequest(path: "/version")) }
                #expect(written.withLock { $0 } < total / 2)
                while let chunk = try await chunks.next() { bytes += chunk.count }
                return bytes
            }
            #expect(bytes == chunk.utf8.count * total)
        }
    }

    @Test func refusalsOfAWatchAreThrownWithTheirStatus() async throws {
        try await withTransport {
            $0.answer(410, #"{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}"#)
        } _: { transport, _ in
            let error = await #expect(throws: APIError.self) {
                try await Client(transport: transport).watch(PodView.self, WatchQuery()) { _ in }
            }
            #expect(error?.isExpired == true)
            #expect(error?.status.message == "too old resource version")
        }
    }
}

import FairleadAPI
import KubernetesCore
import NIOCore
import NIOHPACK
import NIOHTTP2
import Testing

@testable import FairleadRouter

/// HTTP/2 with prior knowledge, and gRPC through it.
@Suite(.timeLimit(.minutes(2)))
struct HTTP2Tests {
    private static func request(_ path: String, _ more: HPACKHeaders = [:]) -> HPACKHeaders {
        var headers: HPACKHeaders = [
            ":method": "POST", ":scheme": "http", ":path": path, ":authority": "churn.risk",
        ]
        headers.add(contentsOf: more)
        return headers
    }

    private static let grpc: HPACKHeaders = ["content-type": "application/grpc", "te": "trailers"]

    /// A server that sends every part back at once, and a status in its trailers.
    private static let echo: @Sendable (StreamWire) async throws -> Void = { wire in
        guard case .headers(let head) = try await wire.frame() else { return }
        if head.headers.first(name: ":path") == "/refused" {
            return try await wire.send(
                [":status": "200", "grpc-status": "5", "te-was": head.headers.first(name: "te") ?? ""], isEnd: true)
        }
        try await wire.send([":status": "200", "content-type": "application/grpc"])
        while let frame = try await wire.frame() {
            guard case .data(let data) = frame, case .byteBuffer(let buffer) = data.data else { break }
            if buffer.readableBytes > 0 { try await wire.send(String(buffer: buffer)) }
            if data.endStream { break }
        }
        try await wire.send(["grpc-status": "0", "grpc-message": "done"], isEnd: true)
    }

    /// What a server says it did nothing with is sent again, whatever it asks for; what it may have worked on is not.
    @Test(arguments: [(HTTP2ErrorCode.refusedStream, "0", 2), (.internalError, "14", 1)])
    func aResetCallIsSentAgainWhereItWasRefused(code: HTTP2ErrorCode, status: String, calls: Int) async throws {
        let seen = Notes<Void>()
        try await StreamWire.serve({ wire in
            guard case .headers = try await wire.frame() else { return }
            seen.add(())
            if seen.count == 1 { return try await wire.reset(code) }
            try await wire.send([":status": "200", "grpc-status": "0"], isEnd: true)
        }) { pod in
            try await ProxyFixture.run(pods: [pod], grpc: true) { proxy in
                try await StreamWire.connect(proxy.port) { connection in
                    let answer = try await connection.stream { call in
                        try await call.send(Self.request("/inference.Unsafe/Change", Self.grpc), isEnd: true)
                        return try await call.message()
                    }
                    #expect(answer.headers.first(name: "grpc-status") == status)
                }
            }
        }
        #expect(seen.count == calls)
    }

    /// A server that goes takes what it has begun, and the rest goes over another connection.
    @Test func whatAServerThatGoesDidNotTakeIsSentAgain() async throws {
        let connections = Notes<Void>()
        try await RawServer.serve({ wire in
            _ = try await wire.read(through: "\r\nSM\r\n\r\n")
            connections.add(())
            if connections.count == 1 {
                try await wire.send(FrameBytes.goingAway(after: 0))
            } else {
                try await wire.send(try FrameBytes.answer([":status": "200", "grpc-status": "0"]))
            }
            _ = await wire.readToEnd()
        }) { pod in
            try await ProxyFixture.run(pods: [pod], grpc: true) { proxy in
                try await StreamWire.connect(proxy.port) { connection in
                    let answer = try await connection.stream { call in
                        try await call.send(Self.request("/inference.Unsafe/Change", Self.grpc), isEnd: true)
                        return try await call.message()
                    }
                    #expect(answer.headers.first(name: "grpc-status") == "0")
                }
            }
        }
        #expect(connections.count == 2)
    }

    @Test func aCallPassesInBothDirectionsWithItsTrailers() async throws {
        let connections = Notes<Void>()
        try await StreamWire.serve(Self.echo, connected: { connections.add(()) }) { pod in
            try await ProxyFixture.run(pods: [pod], grpc: true) { proxy in
                try await StreamWire.connect(proxy.port) { connection in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<20 {
                            group.addTask {
                                try await connection.stream { call in
                                    try await call.send(Self.request("/inference.GRPCInferenceService/X", Self.grpc))
                                    guard case .headers(let head) = try await call.frame() else { throw Wire.Ended() }
                                    #expect(head.headers.first(name: ":status") == "200")
                                    #expect(head.headers.first(name: "transfer-encoding") == nil)
                                    for part in 0..<5 {
                                        // One after the other: the call is open in both directions.
                                        try await call.send("\(number)-\(part)")
                                        guard case .data(let data) = try await call.frame(),
                                            case .byteBuffer(let buffer) = data.data
                                        else { throw Wire.Ended() }
                                        #expect(String(buffer: buffer) == "\(number)-\(part)")
                                    }
                                    try await call.send("", isEnd: true)
                                    guard case .headers(let end) = try await call.frame() else { throw Wire.Ended() }
                                    #expect(end.endStream)
                                    #expect(end.headers.first(name: "grpc-status") == "0")
                                    #expect(end.headers.first(name: "grpc-message") == "done")
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                    let refused = try await connection.stream { call in
                        try await call.send(Self.request("/refused", Self.grpc))
                        try await call.send("x", isEnd: true)
                        guard case .headers(let head) = try await call.frame() else { throw Wire.Ended() }
                        return head
                    }
                    // The answer's head is its end: a gRPC client would miss the status otherwise.
                    #expect(refused.endStream)
                    #expect(refused.headers.first(name: "grpc-status") == "5")
                    #expect(refused.headers.first(name: "te-was") == "trailers")
                }
            }
        }
        // Those that came at once waited for the same one.
        #expect(connections.count == 1)
    }

    @Test func aServerOfHTTP1AnswersAClientOfHTTP2() async throws {
        let seen = Notes<Wire.Message>()
        try await RawServer.serve(
            RawServer.answering { request in
                seen.add(request)
                return "HTTP/1.1 200 OK\r\nX-Model: 7\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            }
        ) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await StreamWire.connect(proxy.port) { connection in
                    let answer = try await connection.stream { call in
                        try await call.send(Self.request("/v2/models/m/infer", ["cookie": "a=1", "cookie": "b=2"]))
                        try await call.send("body", isEnd: true)
                        return try await call.message()
                    }
                    #expect(answer.headers.first(name: ":status") == "200")
                    #expect(answer.headers.first(name: "x-model") == "7")
                    #expect(answer.headers.first(name: "transfer-encoding") == nil)
                    #expect(answer.body == "hello")
                    let unknown = try await connection.stream { call in
                        try await call.send(
                            [":method": "GET", ":scheme": "http", ":path": "/", ":authority": "nobody.risk"],
                            isEnd: true)
                        return try await call.message()
                    }
                    #expect(unknown.headers.first(name: ":status") == "404")
                    #expect(unknown.body.hasPrefix(#"{"error":"#))
                }
            }
        }
        #expect(seen.all.first?.body == "body")
        #expect(seen.all.first?["host"] == ["churn.risk"])
        #expect(seen.all.first?["cookie"] == ["a=1; b=2"])
    }

    @Test func anAnswerBeforeTheEndOfTheRequestArrives() async throws {
        let large = String(repeating: "x", count: 300_000)
        try await RawServer.serve({ wire in
            guard let head = try await wire.head() else { return }
            if head.startLine.contains("early") {
                try await wire.send(
                    "HTTP/1.1 422 Unprocessable Content\r\ncontent-length: \(large.utf8.count)\r\n\r\n\(large)")
            }
            _ = await wire.readToEnd()
        }) { pod in
            try await ProxyFixture.run(pods: [pod], configure: { $0.maximumBody = 10_000 }) { proxy in
                try await StreamWire.connect(proxy.port) { connection in
                    for (host, path, size, status) in [
                        ("no.one", "/", 1, "404"), ("churn.risk", "/early", 1, "422"),
                        ("churn.risk", "/", 12_000, "413"),
                    ] {
                        let answer = try await connection.stream { call in
                            try await call.send([
                                ":method": "POST", ":scheme": "http", ":path": path, ":authority": host,
                            ])
                            // The 404 may be there, and the stream reset, before this is sent.
                            try? await call.send(String(repeating: "x", count: size))
                            return try await call.message()
                        }
                        #expect(answer.headers.first(name: ":status") == status)
                        #expect(status == "422" ? answer.body == large : answer.body.hasPrefix(#"{"error":"#))
                    }
                }
            }
        }
    }

    /// A call may want an answer to a message long before it ends: a model that gives none is late.
    @Test func aModelThatHangsInAStreamIsLate() async throws {
        try await StreamWire.serve({ wire in while try await wire.frame() != nil {} }) { pod in
            var spec = InferenceServiceSpec()
            spec.timeouts = ServiceTimeouts(request: FairleadDuration("300ms"))
            try await ProxyFixture.run(pods: [pod], grpc: true, spec: spec) { proxy in
                try await StreamWire.connect(proxy.port) { connection in
                    let answer = try await connection.stream { call in
                        try await call.send(Self.request("/inference.GRPCInferenceService/ModelStreamInfer", Self.grpc))
                        try await call.send("message")
                        return try await call.message()
                    }
                    #expect(answer.headers.first(name: "grpc-status") == "4")
                }
                #expect(try #require(proxy.dispatcher.measures.revisions.first?.counts).errors == 1)
            }
        }
    }

    /// The end of an answer waits for the client's window for longer than a request's head may take.
    @Test func aSlowClientGetsAllOfItsAnswer() async throws {
        let body = String(repeating: "x", count: 120_000)
        try await RawServer.serve(RawServer.answering { _ in RawServer.ok(body) }) { pod in
            try await ProxyFixture.run(pods: [pod], configure: { $0.limits.headTimeout = .seconds(1) }) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(try FrameBytes.opening(Self.request("/"), isEnd: true))
                    var received = 0
                    while received < 65_535 { received += try await FrameBytes.next(client).body }
                    // The proxy has all of the answer, and is left enough time to lose patience.
                    while proxy.inFlight != 0 { try await Task.sleep(for: .milliseconds(1)) }
                    try await Task.sleep(for: .milliseconds(1500))
                    try await client.send(FrameBytes.window(stream: 0))
                    try await client.send(FrameBytes.window(stream: 1))
                    var isEnd = false
                    while !isEnd {
                        let frame = try await FrameBytes.next(client)
                        received += frame.body
                        isEnd = frame.isEnd
                    }
                    #expect(received == body.utf8.count)
                }
            }
        }
    }

    @Test func aRequestIsNotSmuggledInAHeader() async throws {
        let seen = Notes<String>()
        try await RawServer.serve(
            RawServer.answering { request in
                seen.add(request.startLine)
                return RawServer.ok("reached")
            }
        ) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                for bad in [
                    Self.request("/", ["x-a": "b\r\n\r\nGET /secret HTTP/1.1\r\nhost: x"]),
                    Self.request("/ HTTP/1.1\r\nx: y"), Self.request("/secret HTTP/1.1"),
                ] {
                    // The answer is a refusal, or the end of the stream or the connection.
                    let status = try? await StreamWire.connect(proxy.port) { connection in
                        try await connection.stream { call in
                            try await call.send(bad, isEnd: true)
                            return try await call.message().headers.first(name: ":status")
                        }
                    }
                    #expect(status == nil || status == "400")
                }
            }
        }
        #expect(seen.count == 0)
    }
}

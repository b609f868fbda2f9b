import NIOCore
import Testing

@testable import FairleadRouter

/// What a request and its answer look like on the other side.
@Suite(.timeLimit(.minutes(2)))
struct ForwardingTests {
    @Test func headersForOneHopStayAndOthersAreAdded() async throws {
        let seen = Notes<Wire.Message>()
        try await RawServer.serve(
            RawServer.answering { request in
                seen.add(request)
                return RawServer.ok(
                    "fine", headers: "x-model: 7\r\nconnection: x-secret\r\nx-secret: 1\r\nkeep-alive: 5\r\n")
            }
        ) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(
                        """
                        POST /v2/models/m/infer?x=%20y HTTP/1.1\r
                        Host: churn.risk.svc.cluster.local\r
                        Connection: keep-alive, X-Drop\r
                        X-Drop: 1\r
                        Keep-Alive: timeout=9\r
                        TE: trailers\r
                        X-Forwarded-For: 10.9.8.7\r
                        X-Request-Id: mine\r
                        traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r
                        Content-Type: application/json\r
                        Content-Length: 2\r
                        \r
                        {}
                        """)
                    let answer = try await client.answer()
                    #expect(answer.status == 200)
                    #expect(answer.body == "fine")
                    #expect(answer["x-model"] == ["7"])
                    #expect(answer["x-secret"].isEmpty)
                    #expect(answer["keep-alive"].isEmpty)
                    #expect(answer["x-request-id"] == ["mine"])
                    #expect(answer["content-length"] == ["4"])
                    try await client.send(ProxyFixture.get)
                    #expect(try await client.answer()["x-request-id"].first?.count == 32)
                }
            }
        }
        let first = try #require(seen.all.first)
        #expect(first.startLine == "POST /v2/models/m/infer?x=%20y HTTP/1.1")
        #expect(first.body == "{}")
        #expect(first["host"] == ["churn.risk.svc.cluster.local"])
        #expect(first["x-forwarded-for"] == ["10.9.8.7, 127.0.0.1"])
        #expect(first["x-forwarded-proto"] == ["http"])
        #expect(first["x-forwarded-host"] == ["churn.risk.svc.cluster.local"])
        #expect(first["traceparent"] == ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
        #expect(first["x-request-id"] == ["mine"])
        for name in ["connection", "x-drop", "keep-alive", "te", "transfer-encoding"] {
            #expect(first[name].isEmpty, "\(name)")
        }
        let second = try #require(seen.all.last)
        #expect(second["traceparent"].first?.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-01/) != nil)
        #expect(second["x-request-id"].first?.count == 32)
    }

    /// Methods and answers, and what a client of HTTP/1.1 gets for them: the body, and a header.
    private static let framings: [(String, String, String, String, String?)] = [
        ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "hello", "content-length", "5"),
        (
            "GET", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello",
            "transfer-encoding", "chunked"
        ),
        ("GET", "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello", "hello", "transfer-encoding", "chunked"),
        ("GET", "HTTP/1.0 200 OK\r\n\r\nhello", "hello", "transfer-encoding", "chunked"),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n", "", "content-length", nil),
        ("GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", "", "content-length", "5"),
        ("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", "", "content-length", "5"),
    ]

    @Test(arguments: framings)
    func answersKeepTheirFraming(
        method: String, answer: String, body: String, header: String, value: String?
    ) async throws {
        try await RawServer.serve({ wire in
            while try await wire.request() != nil {
                try await wire.send(answer)
                if !answer.contains("content-length"), !answer.contains("chunked"), !answer.contains("204") { return }
            }
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    // Twice, for a wrong framing shows at the next answer at the latest.
                    for _ in 0..<2 {
                        try await client.send("\(method) / HTTP/1.1\r\nhost: churn.risk\r\n\r\n")
                        let got = try await client.answer(hasBody: method != "HEAD")
                        #expect(got.body == body)
                        #expect(got[header] == (value.map { [$0] } ?? []))
                        #expect(got["connection"].isEmpty)
                    }
                }
            }
        }
    }

    @Test func requestsSentAheadAreAnsweredInOrder() async throws {
        try await RawServer.serve(RawServer.answering { RawServer.ok("\($0.startLine) \($0.body)") }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    var text = ""
                    for number in 0..<200 {
                        // Answers of the proxy's own are among them.
                        let host = number % 5 == 0 ? "nobody.risk" : "churn.risk"
                        text += "POST /\(number) HTTP/1.1\r\nhost: \(host)\r\ncontent-length: 3\r\n\r\nabc"
                    }
                    try await client.send(text)
                    for number in 0..<200 {
                        let answer = try await client.answer()
                        if number % 5 == 0 {
                            #expect(answer.status == 404)
                            #expect(answer["server"] == ["fairlead"])
                            #expect(answer.body.hasPrefix(#"{"error":"#))
                        } else {
                            #expect(answer.body == "POST /\(number) HTTP/1.1 abc")
                        }
                    }
                }
            }
        }
    }

    @Test func clientsOfHTTP10AreServed() async throws {
        try await RawServer.serve(
            RawServer.answering { _ in "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" }
        ) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                let text = try await Wire.connect(proxy.port) { client in
                    try await client.send("GET /risk/churn/x HTTP/1.0\r\n\r\n")
                    return await client.readToEnd()
                }
                #expect(text.hasSuffix("\r\n\r\nhello"))
                #expect(!text.contains("transfer-encoding"))
            }
        }
    }

    @Test func whoExpectsToContinueIsToldTo() async throws {
        try await RawServer.serve(RawServer.answering { RawServer.ok($0.body + ($0["expect"].first ?? "")) }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    let head = "HTTP/1.1\r\nhost: churn.risk\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n"
                    try await client.send("POST /x \(head)")
                    #expect(try await client.head()?.status == 100)
                    try await client.send("body")
                    #expect(try await client.answer().body == "body")
                    // Refused before the body is sent, which may come or not.
                    try await client.send("POST /x \(head)".replacing("churn", with: "nobody"))
                    let refusal = try await client.answer()
                    #expect(refusal.status == 404)
                    #expect(refusal["connection"] == ["close"])
                }
            }
        }
    }

    @Test func trailersPassInBothDirections() async throws {
        let seen = Notes<String>()
        try await RawServer.serve({ wire in
            _ = try await wire.head()
            seen.add(try await wire.read(through: "\r\n\r\n"))
            try await wire.send(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-tokens: 7\r\n\r\n")
            _ = await wire.readToEnd()
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(
                        "POST /x HTTP/1.1\r\nhost: churn.risk\r\ntransfer-encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n0\r\nx-sum: 900\r\nte: other\r\nhost: other\r\n\r\n")
                    #expect(try await client.head()?.status == 200)
                    #expect(try await client.read(through: "\r\n\r\n") == "2\r\nok\r\n0\r\nx-tokens: 7\r\n\r\n")
                }
            }
        }
        // Without those that could make of it another message than it is.
        #expect(seen.all == ["3\r\nabc\r\n0\r\nx-sum: 900\r\n\r\n"])
    }

    @Test func largeAndSmallPartsArriveInOrder() async throws {
        // Small ones are put together, large ones are not: at every border between them.
        let sizes = [1, 4095, 4096, 4097, 3, 70_000, 2, 4096, 4096, 4096, 4096, 4096, 5]
        try await RawServer.serve({ wire in
            while let request = try await wire.request() {
                try await wire.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                var rest = request.body[...]
                for size in sizes {
                    let part = rest.prefix(size)
                    rest = rest.dropFirst(size)
                    try await wire.send("\(String(size, radix: 16))\r\n\(part)\r\n")
                }
                try await wire.send("0\r\n\r\n")
            }
        }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    for round in 0..<3 {
                        let parts = sizes.enumerated().map { String(repeating: "\(($0 + round) % 10)", count: $1) }
                        try await client.send(
                            "POST /x HTTP/1.1\r\nhost: churn.risk\r\ntransfer-encoding: chunked\r\n\r\n")
                        for part in parts {
                            try await client.send("\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n")
                        }
                        try await client.send("0\r\n\r\n")
                        #expect(try await client.answer().body == parts.joined())
                    }
                }
            }
        }
    }

    @Test func webSocketsAreRefused() async throws {
        try await RawServer.serve(RawServer.answering { _ in RawServer.ok("plain") }) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(
                        "GET /v1/realtime HTTP/1.1\r\nhost: churn.risk\r\nconnection: Upgrade\r\n"
                            + "upgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n")
                    let answer = try await client.answer()
                    #expect(answer.status == 501)
                    #expect(answer.body.contains("WebSocket"))
                    #expect(answer["connection"] == ["close"])
                }
            }
        }
    }

    @Test func wishesToUpgradeAreIgnored() async throws {
        let seen = Notes<Wire.Message>()
        try await RawServer.serve(
            RawServer.answering { request in
                seen.add(request)
                return RawServer.ok("plain")
            }
        ) { pod in
            try await ProxyFixture.run(pods: [pod]) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(
                        """
                        GET /risk/churn/ HTTP/1.1\r
                        host: localhost\r
                        connection: Upgrade, HTTP2-Settings\r
                        upgrade: h2c\r
                        http2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r
                        \r\n
                        """)
                    let answer = try await client.answer()
                    #expect(answer.body == "plain")
                    #expect(answer["connection"] == ["close"])
                }
            }
        }
        #expect(seen.all.first?["upgrade"].isEmpty == true)
        #expect(seen.all.first?["http2-settings"].isEmpty == true)
    }
}

import NIOCore
import NIOHPACK
import Testing

@testable import FairleadRouter

/// Requests that could mean one thing to the proxy and another to the model server, and those beyond a limit.
@Suite(.timeLimit(.minutes(2)))
struct RefusalTests {
    private static let post = "POST / HTTP/1.1\r\nhost: churn.risk\r\n"
    private static let get = "GET / HTTP/1.1\r\nhost: churn.risk\r\n"

    private static let refusals: [(String, Int)] = [
        (post + "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (post + "transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n", 400),
        (post + "content-length: 4\r\ncontent-length: 5\r\n\r\nabcde", 400),
        (post + "content-length: 4\r\ncontent-length: 4\r\n\r\nabcd", 400),
        (post + "content-length: +4\r\n\r\nabcd", 400),
        (post + "content-length: 4, 4\r\n\r\nabcd", 400),
        (post + "content-length: 99999999999999999999\r\n\r\n", 400),
        (post + "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
        (post + "transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
        (post + "transfer-encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        (post + "transfer-encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
        (get + "x-folded: a\r\n b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n host: churn.risk\r\n\r\n", 400),
        (get + "host: other.risk\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET churn HTTP/1.1\r\nhost: churn.risk\r\n\r\n", 400),
        ("GET / HTTP/3.0\r\nhost: churn.risk\r\n\r\n", 505),
        ("CONNECT churn.risk:80 HTTP/1.1\r\nhost: churn.risk\r\n\r\n", 405),
        ("TRACE / HTTP/1.1\r\nhost: churn.risk\r\n\r\n", 405),
        (post + "expect: miracles\r\ncontent-length: 1\r\n\r\n", 417),
        (post + "content-length: 2000000\r\n\r\n", 413),
        (get + "x-large: \(String(repeating: "x", count: 70_000))\r\n\r\n", 431),
        (get + "\(String(repeating: "a: b\r\n", count: 300))\r\n", 431),
        ("GET http://nobody.risk/x HTTP/1.1\r\nhost: churn.risk\r\n\r\n", 404),
    ]

    @Test(arguments: refusals)
    func refused(request: String, status: Int) async throws {
        let seen = Notes<String>()
        try await RawServer.serve(
            RawServer.answering { request in
                seen.add(request.startLine)
                return RawServer.ok("reached")
            }
        ) { pod in
            try await ProxyFixture.run(pods: [pod], configure: { $0.maximumBody = 1_000_000 }) { proxy in
                try await Wire.connect(proxy.port) { client in
                    // A second request, which must not be taken for a part of the first.
                    try await client.send(request + (status == 404 ? "" : ProxyFixture.get))
                    let answer = try await client.answer()
                    #expect(status == 400 ? [400, 501].contains(answer.status) : answer.status == status)
                    #expect(answer.body.hasPrefix(#"{"error":"#))
                    #expect(answer["server"] == ["fairlead"])
                    #expect(answer["x-request-id"].count == 1)
                    if status != 404 {
                        #expect(answer["connection"] == ["close"])
                        #expect(await client.readToEnd().isEmpty)
                    }
                }
            }
        }
        #expect(seen.count == 0)
    }

    @Test func aBodyWithoutLengthIsBoundedToo() async throws {
        try await RawServer.serve(RawServer.answering { _ in RawServer.ok("reached") }) { pod in
            try await ProxyFixture.run(pods: [pod], configure: { $0.maximumBody = 100_000 }) { proxy in
                try await Wire.connect(proxy.port) { client in
                    try await client.send(Self.post + "transfer-encoding: chunked\r\n\r\n")
                    let chunk = "8000\r\n\(String(repeating: "x", count: 0x8000))\r\n"
                    for _ in 0..<4 { try await client.send(chunk) }
                    #expect(try await client.answer().status == 413)
                }
            }
        }
    }

    @Test func clientsBeyondTheLimitAreToldSo() async throws {
        try await RawServer.serve(RawServer.answering { _ in RawServer.ok("reached") }) { pod in
            try await ProxyFixture.run(pods: [pod], configure: { $0.limits.connections = 1 }) { proxy in
                try await Wire.connect(proxy.port) { first in
                    try await first.send(ProxyFixture.get)
                    #expect(try await first.answer().status == 200)
                    let answer = try await Wire.connect(proxy.port) { try await $0.answer() }
                    #expect(answer.status == 503)
                    #expect(answer.body.hasPrefix(#"{"error":"#))
                    try await first.send(ProxyFixture.get)
                    #expect(try await first.answer().status == 200)
                }
            }
        }
    }

    /// A client that was not told to go on is not late, however long its model takes.
    @Test func whoWaitsToBeToldToGoOnIsNotLate() async throws {
        // Nobody listens there.
        try await ProxyFixture.run(pods: [1], configure: { $0.limits.stallTimeout = .milliseconds(100) }) { proxy in
            async let first = Wire.connect(proxy.port) { client in
                try await client.send(Self.post + "content-length: 9\r\nexpect: 100-continue\r\n\r\n")
                return try await client.answer().status
            }
            async let second = StreamWire.connect(proxy.port) { connection in
                try await connection.stream { call in
                    try await call.send([
                        ":method": "POST", ":scheme": "http", ":path": "/", ":authority": "churn.risk",
                        "content-length": "9", "expect": "100-continue",
                    ])
                    return try await call.message().headers.first(name: ":status")
                }
            }
            let statuses = try await (first, second)
            #expect(statuses.0 == 502)
            #expect(statuses.1 == "502")
        }
    }

    @Test func slowClientsAreSentAway() async throws {
        try await RawServer.serve(RawServer.answering { _ in RawServer.ok("reached") }) { pod in
            try await ProxyFixture.run(
                pods: [pod],
                configure: { configuration in
                    // Those that are not late have as long to begin, be the machine ever so busy.
                    configuration.limits.headTimeout = .seconds(2)
                    configuration.limits.stallTimeout = .milliseconds(200)
                    configuration.limits.idleTimeout = .milliseconds(400)
                }
            ) { proxy in
                for start in ["GET / HTTP/1.1\r\nhost: chu", Self.post + "content-length: 9\r\n\r\nab"] {
                    let answer = try await Wire.connect(proxy.port) { client in
                        try await client.send(start)
                        return try await client.answer()
                    }
                    #expect(answer.status == 408)
                    #expect(answer["connection"] == ["close"])
                }
                #expect(try await Wire.connect(proxy.port) { await $0.readToEnd() }.isEmpty)
                try await Wire.connect(proxy.port) { client in
                    try await client.send(ProxyFixture.get)
                    #expect(try await client.answer().status == 200)
                    #expect(await client.readToEnd().isEmpty)
                }
            }
        }
    }
}

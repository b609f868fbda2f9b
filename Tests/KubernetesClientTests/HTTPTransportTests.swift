import Foundation
import KubernetesCore
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct HTTPTransportTests {
    /// Runs `body` with a transport to a server, and shuts the transport down.
    private func withTransport(
        options: HTTPTransport.Options = .init(), credential: ClusterConfiguration.Credential = .none,
        _ handle: @escaping @Sendable (TestServer.Exchange) -> Void,
        _ body: (HTTPTransport, TestServer) async throws -> Void
    ) async throws {
        try await TestServer.serving(handle) { server in
            let transport = try HTTPTransport(
                ClusterConfiguration(server: "http://127.0.0.1:\(server.port)/prefix/", credential: credential),
                options: options)
            do {
                try await body(transport, server)
                await transport.shutdown()
            } catch {
                await transport.shutdown()
                throw error
            }
        }
    }

    @Test func sendsWhatTheRequestSays() async throws {
        try await withTransport(
            options: .init(userAgent: "fairlead/1.2"), credential: .token("secret"),
            { $0.answer(201, #"{"a":1}"#, headers: [("X-One", "1"), ("Warning", "a"), ("warning", "b")]) }
        ) { transport, server in
            let response = try await transport.send(
                APIRequest(
                    method: .post, path: "/api/v1/pods", query: [.init("fieldManager", "a b")],
                    headers: ["content-type": "application/json"], body: Array("{}".utf8)))
            #expect(response.status == 201)
            #expect(response.headers["x-one"] == "1")
            #expect(response.headers["warning"] == "a, b")
            #expect(String(decoding: response.body, as: UTF8.self) == #"{"a":1}"#)
            let exchange = try #require(server.exchanges.first)
            #expect(exchange.head.method == .POST)
            #expect(exchange.head.uri == "/prefix/api/v1/pods?fieldManager=a%20b")
            #expect(exchange.head.headers["User-Agent"] == ["fairlead/1.2"])
            #expect(exchange.head.headers["Accept"] == ["application/json"])
            #expect(exchange.head.headers["Authorization"] == ["Bearer secret"])
            #expect(exchange.head.headers["Content-Type"] == ["application/json"])
            #expect(exchange.body == Array("{}".utf8))
        }
    }

    @Test func callsKeepTheirConnection() async throws {
        try await withTransport {
            $0.answer(200)
        } _: { transport, server in
            for _ in 0..<20 { _ = try await transport.send(APIRequest(path: "/version")) }
            #expect(server.connections == 1)
        }
    }

    @Test func redirectsAreNotFollowed() async throws {
        try await withTransport {
            $0.answer(302, headers: [("Location", "/elsewhere")])
        } _: { transport, server in
            let status = try await transport.send(APIRequest(path: "/a")).status
            #expect(status == 302)
            #expect(server.exchanges.count == 1)
        }
    }

    @Test(arguments: [
        (APIRequest.Method.post, 429, 3), (.get, 503, 3), (.patch, 503, 1), (.delete, 503, 1), (.get, 500, 1),
    ])
    func retriesOnlyWhatWasNotCarriedOut(_ method: APIRequest.Method, _ status: Int, _ expected: Int) async throws {
        let count = Mutex(0)
        try await withTransport { exchange in
            let number = count.withLock {
                $0 += 1
                return $0
            }
            if number < 3 { exchange.answer(status, headers: [("Retry-After", "0")]) } else { exchange.answer(200) }
        } _: { transport, server in
            let response = try await transport.send(APIRequest(method: method, path: "/a"))
            #expect(server.exchanges.count == expected)
            #expect(response.status == (expected == 3 ? 200 : status))
        }
    }

    @Test func retriesAreBounded() async throws {
        let options = HTTPTransport.Options(retryPolicy: RetryPolicy(maximumRetries: 4))
        try await withTransport(options: options) {
            $0.answer(429, headers: [("Retry-After", "0")])
        } _: {
            transport, server in
            let status = try await transport.send(APIRequest(path: "/a")).status
            #expect(status == 429)
            #expect(server.exchanges.count == 5)
        }
    }

    @Test func waitingForRetryAfterCanBeCancelled() async throws {
        try await withTransport {
            $0.answer(429, headers: [("Retry-After", "20")])
        } _: { transport, server in
            let call = Task { try await transport.send(APIRequest(path: "/a")) }
            #expect(await eventually { server.exchanges.count == 1 })
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
    }

    @Test func inFlightCallsAreBoundedAndServedInOrder() async throws {
        let options = HTTPTransport.Options(maximumInFlightCalls: 3)
        try await withTransport(options: options) { _ in
        } _: { transport, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask { _ = try await transport.send(APIRequest(path: "/a")) }
                }
                for answered in 0..<12 {
                    let expected = min(12, answered + 3)
                    #expect(await eventually { server.exchanges.count == expected })
                    server.exchanges[answered].answer(200)
                }
                try await group.waitForAll()
            }
            #expect(server.connections <= 3)
        }
    }

    @Test func cancelledCallsGiveTheirSlotBack() async throws {
        let options = HTTPTransport.Options(maximumInFlightCalls: 1)
        try await withTransport(options: options) {
            if $0.head.uri.hasSuffix("/b") { $0.answer(200) }
        } _: {
            transport, server in
            let hanging = Task { try await transport.send(APIRequest(path: "/a")) }
            #expect(await eventually { server.exchanges.count == 1 })
            let waiting = Task { try await transport.send(APIRequest(path: "/c")) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            hanging.cancel()
            await #expect(throws: CancellationError.self) { try await hanging.value }
            let status = try await transport.send(APIRequest(path: "/b")).status
            #expect(status == 200)
            #expect(server.paths == ["/prefix/a", "/prefix/b"])
        }
    }

    @Test func deadlinesCoverTheBodyToo() async throws {
        let options = HTTPTransport.Options(callTimeout: .milliseconds(200))
        try await withTransport(options: options) { exchange in
            exchange.begin(200)
            exchange.send("{")
        } _: { transport, _ in
            await #expect(throws: TransportError(.timeout, "")) {
                try await transport.send(APIRequest(path: "/a"))
            }
        }
    }

    @Test func answersAreBounded() async throws {
        try await withTransport(options: .init(maximumResponseBytes: 10)) {
            $0.answer(200, "01234567890")
        } _: { transport, _ in
            await #expect(throws: TransportError(.other, "")) { try await transport.send(APIRequest(path: "/a")) }
        }
    }

    @Test("An answer may be larger than 16 MiB")
    func largeAnswers() async throws {
        let text = String(repeating: "x", count: 17 << 20)
        try await withTransport {
            $0.answer(200, text)
        } _: { transport, _ in
            let response = try await transport.send(APIRequest(path: "/a"))
            #expect(response.body.count == 17 << 20)
        }
    }

    @Test("The status of a refusal reaches the caller whole, after the retries")
    func refusals() async throws {
        let status = #"{"kind":"Status","code":429,"reason":"TooManyRequests","message":"later"}"#
        try await withTransport(options: .init(retryPolicy: .never)) {
            $0.answer(429, status, headers: [("Retry-After", "7")])
        } _: { transport, _ in
            let error = await #expect(throws: APIError.self) {
                try await Client(transport: transport).get(.pod, ObjectKey(namespace: "a", name: "b"))
            }
            #expect(error?.reason == "TooManyRequests")
            #expect(error?.status.details?.retryAfterSeconds == 7)
            #expect("\(error.map(\.description) ?? "")" == "later")
        }
    }

    @Test func nobodyListeningIsAConnectFailure() async throws {
        let port = try await TestServer.serving {
            $0.answer(200)
        } _: {
            $0.port
        }
        let transport = try HTTPTransport(ClusterConfiguration(server: "http://127.0.0.1:\(port)"))
        await #expect(throws: TransportError(.connect, "")) { try await transport.send(APIRequest(path: "/a")) }
        await #expect(throws: TransportError(.connect, "")) {
            try await transport.stream(APIRequest(path: "/a")) { _, _ in }
        }
        await transport.shutdown()
        await #expect(throws: TransportError(.other, "")) { try await transport.send(APIRequest(path: "/a")) }
    }

    @Test func readsAreSentAgainOverAStaleConnectionAndWritesAreNot() async throws {
        try await withTransport { exchange in
            if exchange.connection == 1, exchange.head.uri.hasSuffix("/stale") {
                exchange.cut()
            } else {
                exchange.answer(200)
            }
        } _: { transport, server in
            _ = try await transport.send(APIRequest(path: "/a"))
            let status = try await transport.send(APIRequest(path: "/stale")).status
            #expect(status == 200)
            #expect(server.connections == 2)
        }
        try await withTransport {
            $0.cut()
        } _: { transport, server in
            await #expect(throws: TransportError(.interrupted, "")) {
                try await transport.send(APIRequest(method: .post, path: "/a", body: []))
            }
            #expect(server.exchanges.count == 1)
        }
    }

    @Test func tokenFilesAreReadAgain() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("token", "first\n")
        try await withTransport(
            options: .init(credentialRefreshInterval: .zero), credential: .tokenFile(path), { $0.answer(200) }
        ) { transport, server in
            _ = try await transport.send(APIRequest(path: "/a"))
            try folder.write("token", "second\n")
            _ = try await transport.send(APIRequest(path: "/a"))
            try FileManager.default.removeItem(atPath: path)
            _ = try await transport.stream(APIRequest(path: "/a")) { head, _ in head.status }
            let headers = server.exchanges.map { $0.head.headers["Authorization"] }
            #expect(headers == [["Bearer first"], ["Bearer second"], ["Bearer second"]])
        }
    }

    @Test func aRefusedTokenIsReadAgainAtOnce() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("token", "old")
        try await withTransport(credential: .tokenFile(path)) { exchange in
            exchange.answer(exchange.head.headers.first(name: "Authorization") == "Bearer new" ? 200 : 401)
        } _: { transport, server in
            let status = try await transport.send(APIRequest(path: "/a")).status
            #expect(status == 401)
            #expect(server.exchanges.count == 1)
            try folder.write("token", "new")
            let second = try await transport.send(APIRequest(method: .post, path: "/a")).status
            #expect(second == 200)
            let third = try await transport.send(APIRequest(path: "/a")).status
            #expect(third == 200)
        }
    }

    @Test func impersonationIsAHeaderEach() async throws {
        try await TestServer.serving {
            $0.answer(200)
        } _: { server in
            let transport = try HTTPTransport(
                ClusterConfiguration(
                    server: "127.0.0.1:\(server.port)", credential: .basic(user: "u", password: "p"),
                    impersonation: .init(user: "jane", uid: "7", groups: ["a", "b"], extra: ["x/y": ["1", "2"]])))
            _ = try await transport.send(APIRequest(path: "/a"))
            await transport.shutdown()
            let headers = try #require(server.exchanges.first).head.headers
            #expect(headers["Authorization"] == ["Basic dTpw"])
            #expect(headers["Impersonate-User"] == ["jane"])
            #expect(headers["Impersonate-Uid"] == ["7"])
            #expect(headers["Impersonate-Group"] == ["a", "b"])
            #expect(headers["Impersonate-Extra-x%2Fy"] == ["1", "2"])
        }
    }
}

import AsyncHTTPClient
import KubernetesCore
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import KubernetesClient

/// A failure is one sentence with the server's host and port and the cause.
@Suite(.timeLimit(.minutes(1)))
struct TransportErrorTests {
    private func failure(_ change: (inout ClusterConfiguration) throws -> Void) async throws -> TransportError? {
        var configuration = ClusterConfiguration(server: "https://127.0.0.1")
        try change(&configuration)
        let transport = try HTTPTransport(configuration)
        let error = await #expect(throws: TransportError.self) { try await transport.send(APIRequest(path: "/a")) }
        let streamed = await #expect(throws: TransportError.self) {
            try await transport.stream(APIRequest(path: "/a")) { head, _ in head.status }
        }
        await transport.shutdown()
        #expect(error?.code == streamed?.code)
        #expect(error?.message == streamed?.message)
        return error
    }

    @Test("A refused connection and an unknown name say so")
    func connections() async throws {
        let port = try await TestServer.serving {
            $0.answer(200)
        } _: {
            $0.port
        }
        let refused = try await failure { $0.server = "http://127.0.0.1:\(port)" }
        #expect(refused?.code == .connect)
        #expect(refused?.message == "can not connect to 127.0.0.1:\(port): connection refused")
        let unknown = try await failure { $0.server = "https://no-such-host.invalid:6443" }
        #expect(unknown?.code == .connect)
        #expect(
            unknown?.message
                == "can not connect to no-such-host.invalid:6443: the name no-such-host.invalid is not known")
    }

    @Test("A failure of TLS says what is wrong with which certificate")
    func tls() async throws {
        try await TestServer.serving(tls: try TestTLS.server()) {
            $0.answer(200)
        } _: { server in
            let place = "127.0.0.1:\(server.port)"
            let untrusted = try await failure { $0.server = "https://\(place)" }
            #expect(untrusted?.code == .tls)
            #expect(
                untrusted?.message
                    == "no TLS connection to \(place): its certificate has expired or is not from an authority that "
                    + "is trusted")
            let misnamed = try await failure {
                $0.server = "https://\(place)"
                $0.certificateAuthority = try Fixture.bytes("authority.pem")
                $0.tlsServerName = "other.test"
            }
            #expect(misnamed?.code == .tls)
            #expect(misnamed?.message == "the certificate of \(place) is for another name")
        }
        try await TestServer.serving {
            $0.answer(200)
        } _: { server in
            let plain = try await failure { $0.server = "https://127.0.0.1:\(server.port)" }
            #expect(plain?.code == .tls)
            #expect(
                plain?.message == "no TLS connection to 127.0.0.1:\(server.port): it does not speak TLS there")
        }
    }

    @Test(
        "Whatever goes wrong, the server is named",
        arguments: [
            (HTTPClientError.deadlineExceeded, .timeout, "no answer from a:1 in time"),
            (HTTPClientError.connectTimeout, .connect, "can not connect to a:1: nobody answered in time"),
            (
                HTTPClientError.remoteConnectionClosed, .interrupted,
                "the connection to a:1 was closed before the answer was whole"
            ),
            (
                HTTPClientError.proxyAuthenticationRequired, .connect,
                "can not connect to a:1: the proxy asks for a user and a password"
            ),
            (
                HTTPClientError.alreadyShutdown, .other, "nothing is sent to a:1 any more: the client was shut down"
            ),
            (
                NIOSSLError.uncleanShutdown, .interrupted, "the connection to a:1 broke without TLS's goodbye"
            ),
            (HTTPParserError.invalidEOFState, .interrupted, "the answer of a:1 broke off"),
        ] as [(any Error, TransportError.Code, String)])
    func words(_ cause: any Error, _ code: TransportError.Code, _ message: String) {
        let error = TransportError(cause: cause, server: "a:1")
        #expect(error.code == code)
        #expect(error.message == message)
    }
}

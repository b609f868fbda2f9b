import KubernetesCore
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct ProxyTests {
    /// Sends a call and a stream to a TLS server through a tunnel.
    private func statuses(_ kind: TestTunnel.Kind, name: String? = nil) async throws -> ([Int], [String]) {
        try await TestServer.serving(tls: try TestTLS.server()) {
            $0.answer(200)
        } _: { server in
            try await TestTunnel.serving(kind) { tunnel in
                let proxy =
                    kind == .http ? "http://u:p@127.0.0.1:\(tunnel.port)" : "socks5://127.0.0.1:\(tunnel.port)"
                let transport = try HTTPTransport(
                    ClusterConfiguration(
                        server: "https://127.0.0.1:\(server.port)", tlsServerName: name,
                        certificateAuthority: try Fixture.bytes("authority.pem"), proxy: proxy))
                let statuses = [
                    try await transport.send(APIRequest(path: "/version")).status,
                    try await transport.stream(APIRequest(path: "/version")) { head, _ in head.status },
                ]
                await transport.shutdown()
                return (statuses, tunnel.requests)
            }
        }
    }

    @Test("An HTTP proxy is asked for a tunnel, and TLS is with the server behind it")
    func httpProxy() async throws {
        let (statuses, requests) = try await statuses(.http)
        #expect(statuses == [200, 200])
        #expect(requests.count == 2)
        #expect(requests.allSatisfy { $0.hasPrefix("CONNECT 127.0.0.1:") })
        #expect(requests.allSatisfy { $0.lowercased().contains("proxy-authorization: basic dtpw") })
    }

    @Test("A SOCKS5 proxy leads to the server")
    func socksProxy() async throws {
        let (statuses, requests) = try await statuses(.socks)
        #expect(statuses == [200, 200])
        #expect(requests.allSatisfy { $0.hasPrefix("127.0.0.1:") })
    }

    @Test("A proxy that is not there is named as what can not be reached")
    func absentProxy() async throws {
        let port = try await TestTunnel.serving(.http) { $0.port }
        let transport = try HTTPTransport(
            ClusterConfiguration(server: "http://cluster.test", proxy: "http://127.0.0.1:\(port)"))
        let error = await #expect(throws: TransportError.self) { try await transport.send(APIRequest(path: "/a")) }
        #expect(error?.code == .connect)
        #expect(
            error?.message
                == "can not connect to cluster.test:80 through the proxy 127.0.0.1:\(port): connection refused")
        await transport.shutdown()
    }
}

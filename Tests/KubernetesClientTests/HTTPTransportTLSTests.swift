import KubernetesCore
import NIOSSL
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct HTTPTransportTLSTests {
    private func server(asksForCertificate: Bool = false) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("server.pem"))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: try Fixture.bytes("server.key.pem"), format: .pem)))
        if asksForCertificate {
            tls.trustRoots = .file(Fixture.path("authority.pem"))
            tls.certificateVerification = .noHostnameVerification
        }
        return tls
    }

    /// The answer's status, over a call and over a stream.
    private func statuses(
        asksForCertificate: Bool = false, _ change: (inout ClusterConfiguration) throws -> Void
    ) async throws -> [Int] {
        try await TestServer.serving(tls: try server(asksForCertificate: asksForCertificate)) {
            $0.answer(200)
        } _: { server in
            var configuration = ClusterConfiguration(
                server: "https://127.0.0.1:\(server.port)", certificateAuthority: try Fixture.bytes("authority.pem"))
            try change(&configuration)
            let transport = try HTTPTransport(configuration)
            do {
                let statuses = [
                    try await transport.send(APIRequest(path: "/version")).status,
                    try await transport.stream(APIRequest(path: "/version")) { head, _ in head.status },
                ]
                await transport.shutdown()
                return statuses
            } catch {
                await transport.shutdown()
                throw error
            }
        }
    }

    @Test func aPrivateAuthorityIsTrusted() async throws {
        #expect(try await statuses { _ in } == [200, 200])
    }

    @Test func anotherAuthorityIsNot() async throws {
        await #expect(throws: TransportError(.tls, "")) {
            try await statuses { $0.certificateAuthority = try Fixture.bytes("other-authority.pem") }
        }
        await #expect(throws: TransportError(.tls, "")) { try await statuses { $0.certificateAuthority = nil } }
    }

    @Test func verificationIsOffOnlyWhereAskedFor() async throws {
        let statuses = try await statuses {
            $0.certificateAuthority = nil
            $0.skipsTLSVerification = true
        }
        #expect(statuses == [200, 200])
    }

    @Test func theCertificatesNameIsCheckedAndCanBeGiven() async throws {
        #expect(try await statuses { $0.tlsServerName = "kubernetes.test" } == [200, 200])
        await #expect(throws: TransportError(.tls, "")) { try await statuses { $0.tlsServerName = "other.test" } }
        await #expect(throws: TransportError(.tls, "")) {
            try await statuses { $0.server = $0.server.replacing("127.0.0.1", with: "localhost") }
        }
    }

    @Test(arguments: [
        ("a.example", "A.Example.", true), ("a.example", "b.example", false), ("*.a.example", "x.a.example", true),
        ("*.a.example", "a.example", false), ("*.a.example", "x.y.a.example", false), ("*.example", "a.example", false),
        ("*", "a", false), ("x*.a.example", "xy.a.example", false), ("", "", false),
        ("*.a.example", ".a.example", false),
    ])
    func certificateNames(_ name: String, _ host: String, _ expected: Bool) {
        #expect(CertificateName.matches(name, host: host) == expected)
    }

    @Test func aClientCertificateIsPresented() async throws {
        let statuses = try await statuses(asksForCertificate: true) {
            $0.clientCertificate = .init(
                chain: try Fixture.bytes("client.pem"), privateKey: try Fixture.bytes("client.key.pem"))
        }
        #expect(statuses == [200, 200])
        await #expect(throws: TransportError.self) { try await self.statuses(asksForCertificate: true) { _ in } }
    }

    @Test func brokenCertificatesAreRefusedBeforeAnythingIsSent() throws {
        #expect(throws: ConfigurationError.self) {
            try HTTPTransport(ClusterConfiguration(server: "https://a", certificateAuthority: Array("no".utf8)))
        }
    }
}

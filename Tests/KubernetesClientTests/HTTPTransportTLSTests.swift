import KubernetesCore
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct HTTPTransportTLSTests {
    /// The answer's status, over a call and over a stream.
    private func statuses(
        asksForCertificate: Bool = false, _ change: (inout ClusterConfiguration) throws -> Void
    ) async throws -> [Int] {
        try await TestServer.serving(tls: try TestTLS.server(asksForCertificate: asksForCertificate)) {
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

    @Test("A certificate that is replaced is presented on new connections, and what is under way goes on")
    func clientCertificatesRotate() async throws {
        let folder = try TemporaryFolder()
        @Sendable func put(_ name: String) throws {
            try folder.write("tls.crt", String(decoding: try Fixture.bytes("\(name).pem"), as: UTF8.self))
            try folder.write("tls.key", String(decoding: try Fixture.bytes("\(name).key.pem"), as: UTF8.self))
        }
        let presented = Mutex<[[UInt8]]>([])
        try await TestServer.serving(tls: try TestTLS.server(asksForCertificate: true)) { exchange in
            let certificate = try? exchange.channel.pipeline.syncOperations.nioSSL_peerCertificate()
            presented.withLock { $0.append((try? certificate?.toDERBytes()) ?? []) }
            if exchange.head.uri == "/watch" { exchange.begin(200) } else { exchange.answer(200) }
        } _: { server in
            try put("client")
            var configuration = ClusterConfiguration(
                server: "https://127.0.0.1:\(server.port)", certificateAuthority: try Fixture.bytes("authority.pem"),
                clientCertificate: .init(
                    chain: try Fixture.bytes("client.pem"), privateKey: try Fixture.bytes("client.key.pem")))
            configuration.certificateFiles = .init(
                chain: "\(folder.path)/tls.crt", privateKey: "\(folder.path)/tls.key")
            let transport = try HTTPTransport(configuration, options: .init(credentialRefreshInterval: .zero))
            let answer = try await transport.stream(APIRequest(path: "/watch")) { _, chunks in
                _ = try await transport.send(APIRequest(path: "/a"))
                // Half written: the key of the one and the certificate of the other.
                try folder.write(
                    "tls.key", String(decoding: try Fixture.bytes("renewed-client.key.pem"), as: UTF8.self))
                _ = try await transport.send(APIRequest(path: "/a"))
                try put("renewed-client")
                _ = try await transport.send(APIRequest(path: "/a"))
                let watch = try #require(server.exchanges.first)
                watch.send("still here")
                return try await chunks.next()
            }
            #expect(answer == Array("still here".utf8))
            await transport.shutdown()
            // The watch, two calls on a connection, one more on another.
            #expect(server.exchanges.map(\.connection) == [1, 2, 2, 3])
        }
        func der(_ name: String) throws -> [UInt8] {
            try #require(try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes(name)).first).toDERBytes()
        }
        let (old, new) = (try der("client.pem"), try der("renewed-client.pem"))
        #expect(presented.withLock { $0 } == [old, old, old, new])
    }

    @Test("A certificate authority that is replaced is read again as soon as the old one does not fit")
    func authoritiesRotate() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "ca.crt", String(decoding: try Fixture.bytes("other-authority.pem"), as: UTF8.self))
        try await TestServer.serving(tls: try TestTLS.server()) {
            $0.answer(200)
        } _: { server in
            var configuration = ClusterConfiguration(
                server: "https://127.0.0.1:\(server.port)",
                certificateAuthority: try Fixture.bytes("other-authority.pem"))
            configuration.certificateFiles.authority = path
            let transport = try HTTPTransport(configuration)
            await #expect(throws: TransportError(.tls, "")) { try await transport.send(APIRequest(path: "/a")) }
            try folder.write("ca.crt", String(decoding: try Fixture.bytes("authority.pem"), as: UTF8.self))
            let status = try await transport.send(APIRequest(method: .post, path: "/a")).status
            #expect(status == 200)
            await transport.shutdown()
        }
    }

    @Test func brokenCertificatesAreRefusedBeforeAnythingIsSent() throws {
        #expect(throws: ConfigurationError.self) {
            try HTTPTransport(ClusterConfiguration(server: "https://a", certificateAuthority: Array("no".utf8)))
        }
    }
}

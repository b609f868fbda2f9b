import Foundation
import KubernetesCore
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(2)))
struct ExecPluginTests {
    private static let version = "client.authentication.k8s.io/v1"

    /// A folder with a shell script that is the program; it counts its runs in `runs`.
    private struct Program {
        let folder: TemporaryFolder
        let path: String

        init(_ body: String) throws {
            folder = try TemporaryFolder()
            path = try folder.write("plugin", "#!/bin/sh\ncd '\(folder.path)'\necho run >>runs\n\(body)\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }

        /// Prints a credential.
        init(status: String) throws {
            try self.init(Self.answer(status))
        }

        static func answer(_ status: String) -> String {
            "cat <<END\n{\"apiVersion\":\"\(version)\",\"kind\":\"ExecCredential\",\"status\":{\(status)}}\nEND"
        }

        func file(_ name: String) -> String {
            (try? String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)) ?? ""
        }

        var runs: Int { file("runs").split(separator: "\n").count }
    }

    private func plugin(_ program: Program, args: [String] = []) -> Kubeconfig.ExecPlugin {
        .init(apiVersion: Self.version, command: program.path, args: args, interactiveMode: "Never")
    }

    /// Runs `body` with a transport that authenticates with a program.
    private func withTransport(
        _ program: Program, _ handle: @escaping @Sendable (TestServer.Exchange) -> Void = { $0.answer(200) },
        _ body: (HTTPTransport, TestServer) async throws -> Void
    ) async throws {
        try await TestServer.serving(handle) { server in
            let configuration = ClusterConfiguration(
                server: "http://127.0.0.1:\(server.port)", credential: .exec(plugin(program), cluster: nil))
            let transport = try HTTPTransport(configuration)
            do {
                try await body(transport, server)
                await transport.shutdown()
            } catch {
                await transport.shutdown()
                throw error
            }
        }
    }

    @Test("A program gets its arguments, its environment and what it is told of the cluster")
    func whatAProgramIsTold() async throws {
        let program = try Program(
            "echo \"$# $1 $2 $COLOR $HOME\" >told\nprintf %s \"$KUBERNETES_EXEC_INFO\" >info\n"
                + Program.answer("\"token\":\"t\""))
        var plugin = plugin(program, args: ["a b", "$HOME"])
        plugin.env = [.init(name: "COLOR", value: "red"), .init(name: "KUBERNETES_EXEC_INFO", value: "no")]
        let cluster: JSONValue = ["server": "https://a/b"]
        let credential = try await ExecPlugin(plugin: plugin, cluster: cluster, timeout: .seconds(60)).run()
        #expect(credential == (try ExecCredential(Array(Self.text("\"token\":\"t\"").utf8), version: Self.version)))
        let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
        #expect(program.file("told") == "2 a b $HOME red \(home)\n")
        #expect(
            try JSONParser.parse(Array(program.file("info").utf8)) == [
                "apiVersion": .string(Self.version), "kind": "ExecCredential",
                "spec": ["interactive": false, "cluster": cluster],
            ])
    }

    private static func text(_ status: String) -> String {
        "{\"apiVersion\":\"\(version)\",\"kind\":\"ExecCredential\",\"status\":{\(status)}}"
    }

    @Test("Without an expiry a token serves on; many callers at once run the program once")
    func tokensWithoutExpiry() async throws {
        let program = try Program(status: "\"token\":\"t\"")
        try await withTransport(program) { transport, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 { group.addTask { _ = try await transport.send(APIRequest(path: "/a")) } }
                try await group.waitForAll()
            }
            _ = try await transport.stream(APIRequest(path: "/a")) { head, _ in head.status }
            #expect(program.runs == 1)
            #expect(server.exchanges.count == 41)
            #expect(server.exchanges.allSatisfy { $0.head.headers["Authorization"] == ["Bearer t"] })
        }
    }

    @Test("A credential is kept until it expires, and not a request longer")
    func expiry() async throws {
        let past = try Program(status: "\"token\":\"t\",\"expirationTimestamp\":\"2018-03-05T17:30:20-08:00\"")
        try await withTransport(past) { transport, _ in
            for _ in 0..<3 { _ = try await transport.send(APIRequest(path: "/a")) }
            #expect(past.runs == 3)
        }
        let future = try Program(status: "\"token\":\"t\",\"expirationTimestamp\":\"2999-01-01T00:00:00Z\"")
        try await withTransport(future) { transport, _ in
            for _ in 0..<3 { _ = try await transport.send(APIRequest(path: "/a")) }
            #expect(future.runs == 1)
        }
    }

    @Test("A 401 runs the program once more and sends the request once more, calls and watches alike")
    func refusals() async throws {
        let counted = "n=$(wc -l <runs)\n" + Program.answer("\"token\":\"t$(echo $n)\"")
        let program = try Program(counted)
        try await withTransport(program) { exchange in
            let isAccepted = exchange.head.headers["Authorization"] == ["Bearer t2"]
            exchange.answer(isAccepted ? 200 : 401)
        } _: { transport, server in
            let status = try await transport.send(APIRequest(method: .post, path: "/a")).status
            #expect(status == 200)
            #expect(server.exchanges.map { $0.head.headers["Authorization"] } == [["Bearer t1"], ["Bearer t2"]])
        }
        let other = try Program(counted)
        try await withTransport(other) { exchange in
            exchange.answer(exchange.head.headers["Authorization"] == ["Bearer t1"] ? 401 : 200)
        } _: { transport, _ in
            let watch = APIRequest(path: "/a", query: [.init("watch", "true")])
            let status = try await transport.stream(watch) { head, _ in head.status }
            #expect(status == 200)
        }
        // The same token again is no reason to ask again.
        let stubborn = try Program(status: "\"token\":\"t\"")
        try await withTransport(stubborn) {
            $0.answer(401)
        } _: { transport, server in
            let status = try await transport.send(APIRequest(path: "/a")).status
            #expect(status == 401)
            #expect(server.exchanges.count == 1)
            #expect(stubborn.runs == 2)
        }
    }

    @Test("A program's failure is told with its exit code and its words")
    func failures() async throws {
        func message(_ program: Program, hint: String? = nil) async -> String {
            var plugin = plugin(program)
            plugin.installHint = hint
            let error = await #expect(throws: TransportError.self) {
                try await ExecPlugin(plugin: plugin, cluster: nil, timeout: .seconds(60)).run()
            }
            #expect(error?.code == .credential)
            return (error?.message ?? "").replacing(program.path, with: "PROGRAM")
        }
        let start = "no credential came of the program PROGRAM: "
        #expect(
            await message(try Program("echo 'log in first' >&2; exit 3"))
                == start + "it ended with exit code 3: log in first")
        #expect(await message(try Program("kill -9 $$")) == start + "it was ended by signal 9")
        #expect(await message(try Program("echo no")) == start + "it printed no ExecCredential in JSON")
        let gone = try Program("")
        try FileManager.default.removeItem(atPath: gone.path)
        #expect(
            await message(gone, hint: "Get it with brew") == start + "there is no such program. Get it with brew")
    }

    @Test(
        "An answer that is not what was agreed on is no credential",
        arguments: [
            ("\"token\":\"a\\nb\"", "its token has spaces or control characters"),
            ("", "it gave neither a token nor a certificate"),
            ("\"clientKeyData\":\"x\"", "it gave a certificate without its key, or a key alone"),
            (
                "\"clientCertificateData\":\"x\",\"clientKeyData\":\"x\"",
                "its certificate or key is not in PEM"
            ),
        ])
    func malformedAnswers(_ status: String, _ message: String) {
        let error = #expect(throws: ExecCredential.Malformed.self) {
            try ExecCredential(Array(Self.text(status).utf8), version: Self.version)
        }
        #expect(error?.description == message)
        let other = #expect(throws: ExecCredential.Malformed.self) {
            try ExecCredential(Array(Self.text("\"token\":\"t\"").utf8), version: "\(Self.version)beta1")
        }
        #expect(
            other?.description == "it printed \(Self.version) ExecCredential, not \(Self.version)beta1 ExecCredential")
    }

    @Test("A program that does not end is ended, with all that it has started")
    func timeouts() async throws {
        let program = try Program("sleep 1000 & echo $! >child\nsleep 1000")
        let error = await #expect(throws: TransportError.self) {
            try await ExecPlugin(plugin: plugin(program), cluster: nil, timeout: .milliseconds(500)).run()
        }
        #expect(error?.message.hasSuffix("it did not end within 0.5 seconds") == true)
        let child = try #require(Int(program.file("child").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(await eventually { Self.isGone(child) })
    }

    /// Whether a process is gone, or dead and only waited for by nobody.
    private static func isGone(_ process: Int) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
        return stat.split(separator: ")").last?.split(separator: " ").first == "Z"
    }

    @Test("A caller that gives up ends the program")
    func cancellation() async throws {
        let program = try Program("sleep 1000")
        let plugin = plugin(program)
        let run = Task { try await ExecPlugin(plugin: plugin, cluster: nil, timeout: .seconds(1000)).run() }
        #expect(await eventually { program.runs == 1 })
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test("A program may give a certificate, which the connection then presents")
    func certificates() async throws {
        func quoted(_ name: String) throws -> String {
            String(decoding: try Fixture.bytes(name), as: UTF8.self).replacing("\n", with: "\\\\n")
        }
        let program = try Program(
            status: "\"clientCertificateData\":\"\(try quoted("client.pem"))\","
                + "\"clientKeyData\":\"\(try quoted("client.key.pem"))\"")
        try await TestServer.serving(tls: try TestTLS.server(asksForCertificate: true)) {
            $0.answer(200)
        } _: { server in
            let transport = try HTTPTransport(
                ClusterConfiguration(
                    server: "https://127.0.0.1:\(server.port)",
                    certificateAuthority: try Fixture.bytes("authority.pem"),
                    credential: .exec(plugin(program), cluster: nil)))
            let status = try await transport.send(APIRequest(path: "/a")).status
            #expect(status == 200)
            await transport.shutdown()
            #expect(server.exchanges.first?.head.headers["Authorization"] == [])
        }
    }
}

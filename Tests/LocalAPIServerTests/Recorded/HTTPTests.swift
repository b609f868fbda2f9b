import Foundation
import KubernetesCore
import LocalAPIServer
import Testing

/// The HTTPS front, asked by curl.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "needs curl"))
struct HTTPTests {
    private func curl(_ arguments: [String], to file: URL) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["-sS", "--max-time", "20", "-o", file.path] + arguments
        process.standardError = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }

    @Test func answersOverTLSAndStreamsWatches() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "https-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificates = try LocalCertificates(directory: folder.path)
        #expect(try LocalCertificates(directory: folder.path) == certificates)
        let server = try await LocalAPIServer(configuration: .init(tokens: [certificates.token: .admin]))
        let front = LocalAPIServerHTTP(server: server, certificates: certificates)
        try await withThrowingTaskGroup { group in
            group.addTask { try await front.run() }
            defer { group.cancelAll() }
            let port = try #require(await front.port())
            let output = folder.appending(path: "out")
            let base = "https://127.0.0.1:\(port)"
            let trust = ["--cacert", folder.appending(path: "ca.crt").path]
            let owner = trust + ["-H", "Authorization: Bearer \(certificates.token)"]
            #expect(try await curl(trust + ["\(base)/readyz"], to: output) == "ok")
            let refused = try await curl(trust + ["\(base)/api/v1/pods"], to: output)
            #expect(refused.contains("system:anonymous"))
            let list = try await curl(owner + ["\(base)/api/v1/namespaces"], to: output)
            #expect(list.contains("kube-node-lease"))
            let watch = try await curl(
                owner + ["\(base)/api/v1/namespaces?watch=true&timeoutSeconds=1"], to: output)
            #expect(watch.split(separator: "\n").count == 4)
            let body = #"{"metadata":{"name":"a"},"data":{"k":"v"}}"#
            let made = try await curl(
                owner + [
                    "-H", "Content-Type: application/json", "-d", body,
                    "\(base)/api/v1/namespaces/default/configmaps",
                ], to: output)
            #expect(made.contains(#""k":"v""#))
        }
        let text = KubeconfigFile.text(server: "https://127.0.0.1:1", ca: certificates.authority, token: "t")
        #expect(text.contains("current-context: fairlead-local"))
    }

    /// A watch, a client that reads nothing, and a connection on which nothing was ever said do not hold up the end.
    @Test(.timeLimit(.minutes(5))) func stopsAtOnceWhateverClientsDo() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "https-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificates = try LocalCertificates(directory: folder.path)
        let server = try await LocalAPIServer(configuration: .init(tokens: [certificates.token: .admin]))
        let front = LocalAPIServerHTTP(server: server, certificates: certificates)
        let running = Task { try await front.run() }
        let port = try #require(await front.port())
        func watch(_ name: String) throws -> (Process, URL) {
            let output = folder.appending(path: name)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
            process.arguments = [
                "-sSN", "--cacert", folder.appending(path: "ca.crt").path, "-o", output.path, "-H",
                "Authorization: Bearer \(certificates.token)",
                "https://127.0.0.1:\(port)/api/v1/namespaces?watch=true",
            ]
            try process.run()
            return (process, output)
        }
        let (reader, read) = try watch("reader")
        let (sleeper, _) = try watch("sleeper")
        let silent = try SilentConnection(port: port)
        defer {
            silent.close()
            for process in [reader, sleeper] where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        for name in ["reader", "sleeper"] {
            let file = folder.appending(path: name)
            while try !FileManager.default.fileExists(atPath: file.path) || Data(contentsOf: file).isEmpty {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        kill(sleeper.processIdentifier, SIGSTOP)
        let clock = ContinuousClock()
        let begin = clock.now
        running.cancel()
        try await running.value
        let duration = clock.now - begin
        #expect(duration < .seconds(4), "it took \(duration)")
        while reader.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        #expect(reader.terminationStatus == 0, "the watch did not end in order")
        #expect(try String(contentsOf: read, encoding: .utf8).split(separator: "\n").count == 4)
    }
}

/// A connection to the loopback address on which nothing is sent.
private struct SilentConnection {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 { throw CocoaError(.fileReadUnknown) }
    }

    func close() { _ = Foundation.close(descriptor) }
}

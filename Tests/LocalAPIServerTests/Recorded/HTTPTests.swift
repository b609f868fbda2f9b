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
        let server = try await LocalAPIServer(configuration: .init(tokens: [certificates.token]))
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
}

import Foundation
import Synchronization
import Testing

@testable import FairleadArtifacts

/// An S3 server in memory, of Python's moto, with a bucket named `bucket`.
struct ObjectStore: Sendable {
    let address: String
    let secret = "a-very-secret-key"

    private static let tools = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".fairlead/tools/bin").path

    static let isInstalled = FileManager.default.isExecutableFile(atPath: tools + "/moto_server")

    /// What describes the remote `R0` to rclone.
    var variables: [String: String] {
        [
            "RCLONE_CONFIG_R0_TYPE": "s3", "RCLONE_CONFIG_R0_PROVIDER": "Other",
            "RCLONE_CONFIG_R0_ENDPOINT": address, "RCLONE_CONFIG_R0_ACCESS_KEY_ID": "key",
            "RCLONE_CONFIG_R0_SECRET_ACCESS_KEY": secret,
        ]
    }

    /// Runs a server while `body` runs.
    static func run(_ body: @Sendable @escaping (ObjectStore) async throws -> Void) async throws {
        let (addresses, continuation) = AsyncStream<String>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                let server = ToolRun(
                    program: tools + "/moto_server", arguments: ["-H", "127.0.0.1", "-p", "0"],
                    environment: ProcessInfo.processInfo.environment)
                _ = try await server.run { line in
                    guard let start = line.firstRange(of: "http://127.0.0.1:") else { return }
                    continuation.yield(String(line[start.lowerBound...].prefix { !$0.isWhitespace }))
                }
            }
            var address: String?
            for await found in addresses {
                address = found
                break
            }
            let store = ObjectStore(address: try #require(address, "moto did not start"))
            try await store.rclone("mkdir", "R0:bucket")
            try await body(store)
            group.cancelAll()
        }
    }

    /// Runs rclone on the server, as somebody beside the program under test.
    @discardableResult
    func rclone(_ arguments: String...) async throws -> String {
        try await Tool.run("rclone", arguments + ["--config", ""], variables)
    }

    /// Lets everyone in for a number of requests more; after them, nobody.
    func allow(requests: Int) async throws {
        let script = """
            import sys, urllib.request as r
            r.urlopen(r.Request(sys.argv[1], sys.argv[2].encode(), {"Content-Type": "text/plain"}))
            """
        try await Tool.run(
            Self.tools + "/python", ["-c", script, address + "/moto-api/reset-auth", String(requests)])
    }
}

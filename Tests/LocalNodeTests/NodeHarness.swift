import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import Testing

@testable import LocalNode

/// A node on a fake cluster, with a state directory of its own.
struct NodeHarness {
    let cluster = FakeCluster()
    let state: String

    init() throws {
        state = FileManager.default.temporaryDirectory.path + "/fairlead-node-\(UUID().uuidString.prefix(8))"
    }

    /// The test program stands in for `fairlead shim`: it runs nothing but the test that is the shim.
    static let shimCommand = [
        "/bin/sh", "-c", "FAIRLEAD_TEST_SHIM=\"$1\" exec \"$0\" --testing-library swift-testing --filter shimEntry",
        executable,
    ]

    private static let executable =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]

    func configuration(_ change: (inout NodeConfiguration) -> Void = { _ in }) -> NodeConfiguration {
        var configuration = NodeConfiguration(stateDirectory: state, shimCommand: Self.shimCommand)
        configuration.shutdownGraceSeconds = 2
        change(&configuration)
        return configuration
    }

    /// Runs a node while `body` runs, then stops it in order or, if asked, drops it as a crash would.
    func run(
        _ configuration: NodeConfiguration, crashes: Bool = false, _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let node = LocalNode(
            client: Client(transport: cluster), configuration: configuration, logger: Logger(label: "node"))
        if crashes {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await node.run() }
                try await body()
                group.cancelAll()
            }
            return
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: node)], logger: Logger(label: "group")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result: Result<Void, any Error>
            do {
                try await body()
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    func removeState() { try? FileManager.default.removeItem(atPath: state) }

    /// Waits until something is there.
    static func eventually<T>(
        _ what: String, seconds: Double = 30, _ look: () -> T?
    ) async throws -> T {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if let found = look() { return found }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NotSeen(what: what)
    }

    /// Waits until a pod is in a phase, and returns its status.
    func status(_ name: String, phase: String, seconds: Double = 30) async throws -> PodView.Status {
        let cluster = cluster
        let value = try await Self.eventually("\(name) \(phase)", seconds: seconds) {
            let status = cluster.pod(name)?["status"]
            return status?["phase"]?.stringValue == phase ? status : nil
        }
        return try KubernetesJSON.decode(PodView.Status.self, from: value)
    }

    struct NotSeen: Error, CustomStringConvertible {
        var what: String
        var description: String { "never seen: \(what)" }
    }
}

/// A spec of one container that runs a shell.
func shell(_ script: String, restart: String = "Never", extra: JSONValue = [:]) -> JSONValue {
    var container: JSONValue = [
        "name": "main", "image": "busybox:1.36", "command": ["sh", "-c", .string(script)],
    ]
    for (name, value) in extra.objectValue ?? [:] { container[name] = value }
    return ["restartPolicy": .string(restart), "containers": [container]]
}

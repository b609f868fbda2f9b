import Foundation
import KubernetesCore
import Synchronization
import Testing

/// `fairlead local` as a user starts it, with a folder of its own for everything.
final class LocalCluster: Sendable {
    private struct Running {
        var server: RunningProgram?
        var others: [RunningProgram] = []
    }

    let folder: URL
    /// A word that stands in the environment of everything that this cluster runs.
    let mark = "e2e-\(UUID().uuidString)"
    private let running = Mutex(Running())

    /// `fairlead local` itself.
    var server: RunningProgram? { running.withLock(\.server) }
    var data: String { folder.appendingPathComponent("data").path }
    var kubeconfig: String { folder.appendingPathComponent("kubeconfig").path }
    var readyFile: String { folder.appendingPathComponent("ready").path }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("fl-\(mark.suffix(12))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Starts a cluster, hands it to a test, and leaves nothing of it behind.
    static func with(_ body: (LocalCluster) async throws -> Void) async throws {
        let cluster = try LocalCluster()
        defer { cluster.remove() }
        do {
            try await cluster.start()
            try await body(cluster)
        } catch {
            Issue.record("\(error)\nthe cluster's log:\n\(cluster.server?.error ?? "")")
        }
    }

    // MARK: - The server

    /// Starts `fairlead local`, and returns when it serves.
    func start() async throws {
        try? FileManager.default.removeItem(atPath: readyFile)
        let server = try program(try fairleadPath(), localArguments)
        running.withLock { $0.server = server }
        try await eventually("the cluster serves", within: 120) {
            guard server.process.isRunning else {
                throw NotInTime(description: "fairlead local ended: \(server.error)")
            }
            return FileManager.default.fileExists(atPath: readyFile)
        }
    }

    /// The command line of `fairlead local`.
    var localArguments: [String] {
        ["local", "--data-dir", data, "--ready-file", readyFile, "--kubeconfig", kubeconfig]
    }

    /// Ends the server as a crash would, and nothing else.
    func crash() async throws {
        server?.send(SIGKILL)
        _ = try await server?.ended(within: 30)
    }

    /// Asks the server to stop, and waits for that.
    func stop(_ signal: Int32) async throws -> CommandResult {
        let server = try #require(server)
        server.send(signal)
        return try await server.ended(within: 40)
    }

    /// Every process that belongs to this cluster: by its folder in the command line, or its mark in the environment.
    func processes() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            ["cmdline", "environ"].contains { file in
                let data = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") ?? Data()
                let text = String(decoding: data, as: UTF8.self)
                return text.contains(mark) || text.contains(folder.path)
            }
        }
    }

    private func remove() {
        let programs = running.withLock { $0.others + [$0.server].compactMap { $0 } }
        for program in programs where program.process.isRunning { program.send(SIGKILL) }
        // What a dead container left may still be on its way out.
        for _ in 0..<100 {
            let left = processes()
            if left.isEmpty { break }
            for pid in left { kill(pid, SIGKILL) }
            usleep(20_000)
        }
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: - Its users

    /// Starts a program beside the cluster.
    func program(_ program: String, _ arguments: [String]) throws -> RunningProgram {
        var environment = ProcessInfo.processInfo.environment
        environment["KUBECONFIG"] = kubeconfig
        environment["HOME"] = folder.path
        environment["TEST_MARK"] = mark
        environment["NO_COLOR"] = "1"
        // The older rclone can't be told of another bundle of certificates, and needs none here.
        environment["AWS_CA_BUNDLE"] = nil
        let running = try RunningProgram(program, arguments, environment: environment, folder: folder)
        self.running.withLock { $0.others.append(running) }
        return running
    }

    /// Starts `kubectl`.
    func startKubectl(_ arguments: String...) throws -> RunningProgram {
        try program(try #require(Programs.kubectl), arguments)
    }

    /// Runs `kubectl` to its end.
    func kubectl(_ arguments: String...) async throws -> CommandResult { try await kubectl(arguments) }

    /// Runs `kubectl` to its end.
    func kubectl(_ arguments: [String]) async throws -> CommandResult {
        try await program(try #require(Programs.kubectl), arguments).ended(within: 120)
    }

    /// Runs `fairlead` to its end.
    func fairlead(_ arguments: String...) async throws -> CommandResult {
        try await program(try fairleadPath(), arguments).ended(within: 120)
    }

    private func fairleadPath() throws -> String { try #require(Programs.fairlead) }

    /// Writes a file, and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// Writes the manifest of a run of shell scripts.
    ///
    /// - Parameter spec: What stands below `pipelineSpec`, without `defaults`.
    func run(_ name: String, _ spec: String) throws -> String {
        let lines = spec.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        return try file(
            "\(name).yaml",
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: PipelineRun
            metadata: {name: \(name)}
            spec:
              pipelineSpec:
                defaults: {image: "debian:12", resources: {cpu: 10m, memory: 16Mi}, env: {TEST_MARK: "\(mark)"}}
            \(lines.joined(separator: "\n"))
            """)
    }

    /// A run's status, as `fairlead status -o json` tells it.
    func status(_ name: String) async throws -> RunStatus {
        let result = try await fairlead("status", name, "-o", "json")
        try #require(result.code == 0, "\(result)")
        return try KubernetesJSON.decode(RunStatus.Object.self, from: result.output.utf8).status ?? RunStatus()
    }

    /// Waits for a run's end.
    func finished(_ name: String, within seconds: Double = 120) async throws -> RunStatus {
        var last = RunStatus()
        try await eventually("the end of \(name)", within: seconds) {
            last = try await status(name)
            return last.completionTime != nil
        }
        return last
    }
}

/// What the tests read of a run's status.
struct RunStatus: Decodable {
    struct Object: Decodable {
        var status: RunStatus?
    }

    struct Task: Decodable {
        struct Artifact: Decodable {
            var uri: String
            var digest: String?
            var size: Int?
        }

        struct Map: Decodable {
            var total: Int
            var completedIndexes: String?
        }

        var name: String
        var phase: String
        var reason: String?
        var message: String?
        var attempts: Int?
        var results: [String: JSONValue]?
        var artifacts: [String: Artifact]?
        var map: Map?
    }

    var phase: String?
    var reason: String?
    var message: String?
    var progress: String?
    var completionTime: String?
    var tasks: [Task]?
    var results: [String: JSONValue]?

    subscript(task name: String) -> Task? { tasks?.first { $0.name == name } }
}

import Foundation
import KubernetesCore
import Synchronization
import Testing

@testable import FairleadArtifacts

/// A folder of its own for a test, and what a program that runs in it says.
final class Sandbox: Sendable {
    let path: String
    private let said = Mutex<[String]>([])
    private let listener = Mutex<(@Sendable (String) -> Void)?>(nil)

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/fairlead-artifacts-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Where the tests' own programs may be missing.
    static let hasRclone = Tool.isInstalled("rclone")
    static let hasGit = Tool.isInstalled("git")

    /// Everything that was said so far.
    var log: [String] { said.withLock { $0 } }

    /// Calls back for each line from now on.
    func listen(_ body: @escaping @Sendable (String) -> Void) { listener.withLock { $0 = body } }

    func context(plan: JSONValue, _ variables: [String: String] = [:]) -> ProgramContext {
        var environment = ProcessInfo.processInfo.environment
        environment["FAIRLEAD_PLAN"] = JSONWriter.string(plan)
        environment["FAIRLEAD_TERMINATION_LOG"] = path + "/message"
        environment.merge(variables) { $1 }
        return ProgramContext(environment: environment) { [self] text in
            said.withLock { $0.append(text) }
            listener.withLock { $0 }?(text)
        }
    }

    /// The lines of the termination message.
    func message() throws -> [JSONValue] {
        let text = try String(contentsOfFile: path + "/message", encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONParser.parse($0.utf8) }
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }

    /// Waits until something is there.
    static func eventually<T>(_ what: String, seconds: Double = 30, _ look: () async throws -> T?) async throws -> T {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if let found = try await look() { return found }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NotSeen(what: what)
    }

    struct NotSeen: Error, CustomStringConvertible {
        var what: String
        var description: String { "never seen: \(what)" }
    }
}

/// Programs that tests run beside those under test.
enum Tool {
    static func isInstalled(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// Runs a program and returns its output; a failure is an issue of the test.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], _ variables: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        var environment = ProcessInfo.processInfo.environment
        environment["AWS_CA_BUNDLE"] = nil
        environment.merge(variables) { $1 }
        let said = Mutex<[String]>([])
        let ended = try await ToolRun(program: program, arguments: arguments, environment: environment)
            .run { line in said.withLock { $0.append(line) } }
        #expect(
            ended.exitCode == 0, "\(program) \(arguments): \(said.withLock { $0 })", sourceLocation: sourceLocation)
        return ended.output
    }
}

import Foundation
import KubernetesCore

/// A program that writes into files while a test goes on.
final class RunningProgram: Sendable {
    let process = Process()
    private let outputFile: URL
    private let errorFile: URL

    /// Starts a program.
    ///
    /// - Parameter folder: Where its output is kept.
    init(_ program: String, _ arguments: [String], environment: [String: String], folder: URL) throws {
        let name = UUID().uuidString
        outputFile = folder.appendingPathComponent("\(name).out")
        errorFile = folder.appendingPathComponent("\(name).err")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let (output, error) = (try FileHandle(forWritingTo: outputFile), try FileHandle(forWritingTo: errorFile))
        process.standardOutput = output
        process.standardError = error
        try process.run()
        // The program has its own; what a test of a thousand programs keeps open would be too much for `select`.
        try output.close()
        try error.close()
    }

    /// What it has written so far.
    var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }

    /// What it has written to standard error so far.
    var error: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end.
    func ended(within seconds: Double) async throws -> CommandResult {
        try await eventually("the end of \(process.arguments ?? [])", within: seconds) { !process.isRunning }
        return CommandResult(
            arguments: process.arguments ?? [],
            code: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            output: output, error: error)
    }
}

/// How a program ended.
struct CommandResult: CustomStringConvertible {
    var arguments: [String]
    var code: Int32
    var output: String
    var error: String

    /// The output and the errors.
    var text: String { output + error }

    var description: String { "\(arguments.joined(separator: " ")) ended with \(code):\n\(text)" }

    /// The output as JSON.
    func json() throws -> JSONValue { try JSONParser.parse(output) }
}

/// Something that did not come in time.
struct NotInTime: Error, CustomStringConvertible {
    var description: String
}

/// Waits until something is so.
func eventually(
    _ what: String, within seconds: Double = 120, every pause: Duration = .milliseconds(20),
    _ isSo: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await !isSo() {
        guard ContinuousClock.now < end else { throw NotInTime(description: "not in \(seconds) s: \(what)") }
        try await Task.sleep(for: pause)
    }
}

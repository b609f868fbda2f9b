import Subprocess
import SystemPackage

/// One run of a program that this one stands on: rclone or git.
struct ToolRun: Sendable {
    struct Ended: Sendable, Hashable {
        var exitCode: Int32
        var output: String
    }

    /// A path, or a name that the environment's `PATH` leads to.
    var program: String
    var arguments: [String]
    var environment: [String: String]
    /// What it reads.
    var input = ""

    /// More than any list of generations.
    private static let outputLimit = 4 << 20

    /// Runs the program to its end; where the task is cancelled, the program is ended.
    ///
    /// - Parameter onLine: Called for each line that the program says on its standard error.
    func run(onLine: @Sendable (String) -> Void) async throws -> Ended {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        // A session of its own: no terminal to ask questions on, and whatever it started ends with it.
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
                environment: .custom(variables),
                platformOptions: options, input: .string(input), output: .string(limit: Self.outputLimit),
                error: .sequence
            ) { execution in
                for try await line in execution.standardError.strings() { onLine(line) }
            }
            try Task.checkCancellation()
            let code: Int32 =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return Ended(exitCode: code, output: result.standardOutput)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw ArtifactFailure(
                .notInstalled, "there is no program \(program) here: Fairlead's own image has it; on a host, install it"
            )
        }
    }
}

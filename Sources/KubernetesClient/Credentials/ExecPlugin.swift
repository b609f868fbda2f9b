import Foundation
import KubernetesCore
import Subprocess
import SystemPackage

/// Runs a program that gives credentials.
struct ExecPlugin: Sendable {
    let plugin: Kubeconfig.ExecPlugin
    let cluster: JSONValue?
    /// After which time the program is ended.
    let timeout: Duration

    /// More than any token, certificate or complaint.
    private static let outputLimit = 1 << 20

    /// Runs the program once; where the task is cancelled or the time is over, the program is ended.
    ///
    /// - Throws: ``TransportError`` with what the program said, and `CancellationError`.
    func run() async throws -> ExecCredential {
        do {
            return try await withThrowingTaskGroup(of: ExecCredential?.self) { group in
                group.addTask { try await output() }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let credential = first else {
                    throw failure("it did not end within \(timeout)")
                }
                return credential
            }
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }

    private func output() async throws -> ExecCredential {
        let executable: Executable =
            plugin.command.contains("/") ? .path(FilePath(plugin.command)) : .name(plugin.command)
        var variables: [Environment.Key: String?] = [:]
        for variable in plugin.env ?? [] {
            guard let name = Environment.Key(rawValue: variable.name) else { continue }
            variables[name] = variable.value
        }
        variables["KUBERNETES_EXEC_INFO"] = ExecCredential.info(plugin, cluster: cluster)
        // A session of its own: no terminal to ask questions on, and whatever it started ends with it.
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(plugin.args ?? []), environment: .inherit.updating(variables),
                platformOptions: options, input: .none, output: .bytes(limit: Self.outputLimit),
                error: .string(limit: Self.outputLimit))
            guard result.terminationStatus.isSuccess else {
                throw failure(Self.describe(result.terminationStatus), said: result.standardError)
            }
            do throws(ExecCredential.Malformed) {
                return try ExecCredential(result.standardOutput, version: plugin.apiVersion)
            } catch {
                throw failure(error.description, said: result.standardError)
            }
        } catch let error as SubprocessError {
            guard error.code == .executableNotFound else { throw failure("\(error)") }
            throw failure(["there is no such program", plugin.installHint].compactMap(\.self).joined(separator: ". "))
        }
    }

    private static func describe(_ status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "it ended with exit code \(code)"
        case .signaled(let signal): "it was ended by signal \(signal)"
        }
    }

    private func failure(_ message: String, said: String = "") -> TransportError {
        // The end of what it said: that is where programs say what went wrong.
        let words = said.trimmingCharacters(in: .whitespacesAndNewlines).suffix(1024)
        let sentence = "no credential came of the program \(plugin.command): \(message)"
        return TransportError(.credential, words.isEmpty ? sentence : "\(sentence): \(words)")
    }
}

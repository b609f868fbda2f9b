import ArgumentParser
import FairleadArtifacts
import Foundation
import LocalNode

/// The program `fairlead` as a function: arguments in, exit code out.
public enum FairleadCommandLine {
    /// What the parser says in place of a command: help or a version that was asked for, or what is wrong.
    struct Answer: Error, Hashable {
        var exitCode: Int32
        var text: String

        init(_ error: any Error, columns: Int? = nil) {
            exitCode = FairleadCommand.exitCode(for: error).rawValue
            text = FairleadCommand.fullMessage(for: error, columns: columns)
        }
    }

    /// Runs a command line, without the program's name, and returns the exit code: 0 only on success.
    @concurrent
    public static func run(_ arguments: [String]) async -> Int32 {
        do {
            var command = try await parse(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitCode.success.rawValue
        } catch let answer as Answer {
            return give(answer)
        } catch let code as ExitCode {
            return code.rawValue
        } catch is Output.Closed {
            // Whoever read along has seen enough: `fairlead logs … | head`.
            return ExitCode.success.rawValue
        } catch let error where isOfParser(error) {
            return give(Answer(error))
        } catch {
            Output.note("Error: \(ErrorMessage.text(for: error))")
            return ExitCode.failure.rawValue
        }
    }

    /// The command that arguments name.
    ///
    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - columns: The width of texts; nil for that of the terminal.
    /// - Throws: ``Answer``.
    static func parse(_ arguments: [String], columns: Int? = nil) async throws(Answer) -> any ParsableCommand {
        do {
            var command = try await FairleadCommand.asyncParseAsRoot(arguments)
            // Help comes as a command of the parser's own, which knows no width.
            if isOfParser(command) { try command.run() }
            return command
        } catch {
            throw Answer(error, columns: columns)
        }
    }

    /// Runs a container's shim on the calling thread, where the arguments ask for one, and returns its exit code.
    public static func runShim(_ arguments: [String]) -> Int32? {
        guard arguments.first == ShimCommand.configuration.commandName else { return nil }
        return PodShim.main(arguments: Array(arguments.dropFirst()))
    }

    /// Takes SIGTERM for what Fairlead's own containers in a pod run; to be called first of all.
    public static func holdSignals(_ arguments: [String]) {
        let own = [ArtifactsCommand.configuration.commandName, NotifyCommand.configuration.commandName]
        if let name = arguments.first, own.contains(name) { TerminationSignal.hold() }
    }

    private static func give(_ answer: Answer) -> Int32 {
        if answer.exitCode == ExitCode.success.rawValue {
            try? Output.line(answer.text)
        } else {
            Output.note(answer.text)
        }
        return answer.exitCode
    }

    /// Whether a command or an error is the parser's own; their types are not public.
    private static func isOfParser(_ value: Any) -> Bool {
        String(reflecting: type(of: value)).hasPrefix("ArgumentParser.")
    }
}

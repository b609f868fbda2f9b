import ArgumentParser
import Foundation
import LocalNode

/// The program `fairlead` as a function: arguments in, exit code out.
public enum FairleadCommandLine {
    /// Runs a command line, without the program's name, and returns the exit code: 0 only on success.
    @concurrent
    public static func run(_ arguments: [String]) async -> Int32 {
        var command: any ParsableCommand
        do {
            command = try await FairleadCommand.asyncParseAsRoot(arguments)
        } catch {
            return answer(error)
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitCode.success.rawValue
        } catch let code as ExitCode {
            return code.rawValue
        } catch is Output.Closed {
            // Whoever read along has seen enough: `fairlead logs … | head`.
            return ExitCode.success.rawValue
        } catch  where isOfParser(error) {
            return answer(error)
        } catch {
            Output.note("Error: \(ErrorMessage.text(for: error))")
            return ExitCode.failure.rawValue
        }
    }

    /// Runs a container's shim on the calling thread, where the arguments ask for one, and returns its exit code.
    public static func runShim(_ arguments: [String]) -> Int32? {
        guard arguments.first == ShimCommand.configuration.commandName else { return nil }
        return PodShim.main(arguments: Array(arguments.dropFirst()))
    }

    /// Help, a version or a completion script that was asked for, or what is wrong with the arguments.
    private static func answer(_ error: any Error) -> Int32 {
        let code = FairleadCommand.exitCode(for: error)
        let text = FairleadCommand.fullMessage(for: error)
        if code.isSuccess {
            try? Output.line(text)
        } else {
            Output.note(text)
        }
        return code.rawValue
    }

    /// Whether an error asks for help or speaks about arguments; the parser's own types are not public.
    private static func isOfParser(_ error: any Error) -> Bool {
        String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }
}

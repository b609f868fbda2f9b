import Foundation
import Testing

@testable import FairleadCLI

@Suite("Golden: help")
struct HelpGoldenTests {
    private static let commands = [
        "run", "rerun", "approve", "stop", "suspend", "resume", "backfill", "status", "list", "logs", "why", "compare",
        "graph", "lineage", "validate", "local", "controller", "router", "crds", "manifests", "uninstall",
        "version",
    ]

    private func answer(_ arguments: [String]) async -> FairleadCommandLine.Answer? {
        do throws(FairleadCommandLine.Answer) {
            _ = try await FairleadCommandLine.parse(arguments, columns: 100)
            return nil
        } catch {
            return error
        }
    }

    @Test("every command explains itself, with an example")
    func helpGolden() async throws {
        var text = try #require(await answer(["--help"])).text
        for command in Self.commands {
            let help = try #require(await answer([command, "--help"]))
            #expect(help.exitCode == 0)
            #expect(help.text.contains("Example"), "\(command) has no example")
            text += "\n\n===== fairlead \(command) --help\n\n\(help.text)"
        }
        try Golden.expect(text, "help.txt")
    }

    @Test("completion scripts name every command", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        let script = try #require(await answer(["--generate-completion-script", shell]))
        #expect(script.exitCode == 0)
        for command in Self.commands { #expect(script.text.contains(command)) }
    }

    @Test("wrong arguments are told with usage and code 64")
    func usageGolden() async throws {
        let wrong = [
            ["run"], ["rnu"], ["run", "x", "--nmae", "y"], ["status", "--watch"], ["status", "x", "-A"],
            ["logs", "x", "-f", "--previous"], ["local", "--listen", "0.0.0.0:6443"], ["local", "--listen", "1"],
            ["local", "--log-level", "loud"], ["graph", "x", "-o", "svg"], ["validate"], ["compare", "x"],
            ["rerun"],
        ]
        var text = ""
        for arguments in wrong {
            let answer = try #require(await answer(arguments))
            #expect(answer.exitCode == 64)
            text += "$ fairlead \(arguments.joined(separator: " "))\n\(answer.text)\n\n"
        }
        try Golden.expect(text, "usage.txt")
    }
}

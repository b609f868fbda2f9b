import ArgumentParser
import FairleadAPI

/// `fairlead version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.", discussion: "Example: fairlead version")

    func run() throws {
        try Output.line("fairlead \(FairleadVersion.text) (\(FairleadGroup.apiVersion))")
    }
}

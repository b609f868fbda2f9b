import ArgumentParser
import FairleadArtifacts

/// `fairlead notify`: sends one notification to a webhook; the controller makes a pod for it.
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Send a notification to a webhook.", shouldDisplay: false)

    func run() async throws {
        throw ExitCode(await NotifyProgram.run(until: .ofProcess()))
    }
}

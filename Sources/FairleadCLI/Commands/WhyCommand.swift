import ArgumentParser
import Foundation

/// `fairlead why`.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell why a run failed, or what it waits for.",
        discussion: """
            The first cause is told, down through nested runs, with the end of its log and what to do.

            Example: fairlead why flights-first
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let name = run
        try await cluster.connect { cluster in
            let findings = try await Investigator(cluster: cluster).findings(name)
            try Output.lines(WhyStory(findings: findings, now: Date(), commandLine: cluster.commandLine).lines())
        }
    }
}

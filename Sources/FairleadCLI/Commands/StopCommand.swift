import ArgumentParser
import FairleadAPI

/// `fairlead stop`.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End a run.",
        discussion: """
            Tasks that run are ended, no other one starts, and those of finally run; with --now they do
            not either. What was stopped can be gone on with: fairlead rerun.

            Examples:
              fairlead stop flights-first
              fairlead stop flights-first --now
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name.")
    var run: String

    @Flag(help: "Leave out the tasks of finally too.")
    var now = false

    func run() async throws {
        let (name, isNow) = (run, now)
        try await cluster.connect {
            try Output.line(try await RunControl(cluster: $0).stop(run: name, isNow ? .terminate : .stop))
        }
    }
}

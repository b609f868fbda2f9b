import ArgumentParser
import FairleadAPI

/// `fairlead stop`.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End a run or a training job.",
        discussion: """
            Tasks that run are ended, no other one starts, and those of finally run; with --now they do \
            not either. What was stopped can be gone on with: fairlead rerun. The pods of a job are ended.

            Examples:
              fairlead stop flights-first
              fairlead stop flights-first --now
              fairlead stop bert
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run or the training job.", valueName: "run|job"))
    var name: String

    @Flag(help: "Leave out the tasks of finally too.")
    var now = false

    func run() async throws {
        let (name, isNow) = (name, now)
        try await cluster.connect {
            try Output.line(try await RunControl(cluster: $0).stop(name, isNow ? .terminate : .stop))
        }
    }
}

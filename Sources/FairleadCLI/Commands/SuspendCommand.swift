import ArgumentParser

/// `fairlead suspend`.
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Let a run start no further task, or a training job have no pods.",
        discussion: """
            Tasks that run go on to their end; the pods of a job are ended, and it goes on from its checkpoint.

            Examples:
              fairlead suspend flights-first
              fairlead suspend bert
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run or the training job.", valueName: "run|job"))
    var name: String

    func run() async throws {
        let name = name
        try await cluster.connect { try Output.line(try await RunControl(cluster: $0).suspend(true, name)) }
    }
}

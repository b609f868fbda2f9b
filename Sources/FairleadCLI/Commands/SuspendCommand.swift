import ArgumentParser

/// `fairlead suspend`.
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Let a run start no further task, or a training job or an inference service have no pods.",
        discussion: """
            Tasks that run go on to their end; the pods of a job are ended, and it goes on from its checkpoint; a \
            service answers no more requests.

            Examples:
              fairlead suspend flights-first
              fairlead suspend bert
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run, the training job or the service.", valueName: "run|job|service"))
    var name: String

    func run() async throws {
        let name = name
        try await cluster.connect { try Output.line(try await RunControl(cluster: $0).suspend(true, name)) }
    }
}

import ArgumentParser

/// `fairlead suspend`.
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Let a run start no further task.",
        discussion: """
            Tasks that run go on to their end.

            Example: fairlead suspend flights-first
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let name = run
        try await cluster.connect { try Output.line(try await RunControl(cluster: $0).suspend(true, run: name)) }
    }
}

import ArgumentParser

/// `fairlead resume`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a suspended run, training job or inference service go on.",
        discussion: "Example: fairlead resume flights-first")

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run, the training job or the service.", valueName: "run|job|service"))
    var name: String

    func run() async throws {
        let name = name
        try await cluster.connect { try Output.line(try await RunControl(cluster: $0).suspend(false, name)) }
    }
}

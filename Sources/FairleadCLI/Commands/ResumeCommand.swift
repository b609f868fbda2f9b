import ArgumentParser

/// `fairlead resume`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a suspended run or training job go on.",
        discussion: "Example: fairlead resume flights-first")

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: ArgumentHelp("The run or the training job.", valueName: "run|job"))
    var name: String

    func run() async throws {
        let name = name
        try await cluster.connect { try Output.line(try await RunControl(cluster: $0).suspend(false, name)) }
    }
}

import ArgumentParser

/// `fairlead resume`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a suspended run go on.",
        discussion: "Example: fairlead resume flights-first")

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let name = run
        try await cluster.connect { try Output.line(try await RunControl(cluster: $0).suspend(false, run: name)) }
    }
}

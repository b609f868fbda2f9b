import ArgumentParser
import FairleadAPI
import KubernetesClient

/// `fairlead rerun`.
struct RerunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerun", abstract: "Run again what failed, or what comes from some task on.",
        discussion: """
            A new run is made. What succeeded in the old one, is defined the same and comes after nothing \
            that is run again, is taken over with its results. Approvals are asked for again.

            Examples:
              fairlead rerun flights-first --watch
              fairlead rerun flights-first --from evaluate --from report
              fairlead rerun flights-first -p rows=20000
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name.")
    var run: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("What to run again although it succeeded, with all that comes after.", valueName: "task"))
    var from: [String] = []

    @Option(
        name: [.customShort("p"), .customLong("param")],
        help: ArgumentHelp("A parameter in place of the old one; arrays and objects in JSON.", valueName: "name=value"))
    var params: [String] = []

    @Option(help: ArgumentHelp("The new run's name.", valueName: "name"))
    var name: String?

    @Flag(name: .shortAndLong, help: "Show the run as it goes on; the exit code is 0 if it succeeds.")
    var watch = false

    func run() async throws {
        let arguments = try params.map { argument in try ParamArgument(argument) }
        let order = RerunOrder(run: run, tasks: from, arguments: arguments, name: name)
        try await cluster.launch(isWatched: watch) { [WorkloadKey(.run, try await order.launch($0))] }
    }
}

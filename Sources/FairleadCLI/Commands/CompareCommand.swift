import ArgumentParser
import FairleadAPI

/// `fairlead compare`.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show two runs side by side.",
        discussion: """
            Parameters, results, and how each task ended and how long it took; what differs is marked.

            Examples:
              fairlead compare churn-7x2 churn-9k4
              fairlead compare churn-7x2 churn-9k4 -o json
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "A run's name.")
    var first: String

    @Argument(help: "Another one's.")
    var second: String

    @Option(name: .shortAndLong, help: "For programs, as json or yaml.")
    var output: ObjectFormat?

    func run() async throws {
        let (names, format) = ((first, second), output)
        try await cluster.connect { cluster in
            let comparison = RunComparison(
                first: try await Self.run(names.0, cluster), second: try await Self.run(names.1, cluster))
            guard let format else { return try Output.lines(comparison.lines()) }
            try Output.write(format.text(value: comparison.json()))
        }
    }

    private static func run(_ name: String, _ cluster: Cluster) async throws -> ComparedRun {
        let run = try await cluster.run(name)
        return ComparedRun(run: run, fixed: await RunGraph.fixed(run, cluster.client))
    }
}

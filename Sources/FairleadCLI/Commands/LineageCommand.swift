import ArgumentParser
import FairleadAPI
import KubernetesCore

/// `fairlead lineage`.
struct LineageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage", abstract: "Show what a version of a model was made from.",
        discussion: """
            Examples:
              fairlead lineage churn
              fairlead lineage churn:7
              fairlead lineage churn@production
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(
        help: ArgumentHelp("A model's newest version, one by number or alias.", valueName: "model[:version|@alias]"))
    var model: String

    func run() async throws {
        let name = model
        try await cluster.connect { cluster in
            let tree = try await LineageReader(cluster: cluster).read(name)
            let hasColor = Terminal.current().hasColor
            try Output.lines(tree.lines().map { $0.text(hasColor: hasColor) })
        }
    }
}

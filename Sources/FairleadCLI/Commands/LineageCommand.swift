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
              fairlead lineage job/bert
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(
        help: ArgumentHelp(
            "A model's newest version, one by number or alias, or those that a training job made.",
            valueName: "model[:version|@alias]|job/name"))
    var model: String

    func run() async throws {
        let name = model
        try await cluster.connect { cluster in
            let hasColor = Terminal.current().hasColor
            for version in try await Self.versions(name, cluster) {
                let tree = try await LineageReader(cluster: cluster).read(version)
                try Output.lines(tree.lines().map { $0.text(hasColor: hasColor) })
            }
        }
    }
    /// What is asked about: of a job each version that its artifacts became.
    private static func versions(_ name: String, _ cluster: Cluster) async throws -> [String] {
        guard name.hasPrefix("job/"), case .job(let job) = try await cluster.workload(name) else { return [name] }
        guard !job.status.models.isEmpty else {
            throw CommandError(.notFound, "training job \"\(job.metadata.name)\" has made no version of a model")
        }
        return job.status.models
    }
}

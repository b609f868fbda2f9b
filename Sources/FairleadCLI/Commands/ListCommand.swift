import ArgumentParser

/// `fairlead list`.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the runs, the training jobs and the inference services.",
        discussion: "Example: fairlead list --all-namespaces")

    @OptionGroup var cluster: ClusterOptions

    @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
    var allNamespaces = false

    @Option(name: .shortAndLong, help: "The whole objects, as json or yaml.")
    var output: ObjectFormat?

    func run() async throws {
        let (isWide, format) = (allNamespaces, output)
        try await cluster.connect { try await WorkloadLister(cluster: $0).list(allNamespaces: isWide, format) }
    }
}

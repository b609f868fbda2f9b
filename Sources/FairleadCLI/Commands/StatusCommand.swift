import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// `fairlead status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how a run stands, or list all runs.",
        discussion: """
            Examples:
              fairlead status
              fairlead status flights-first
              fairlead status flights-first --watch
              fairlead status flights-first -o json
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(help: "The run's name; all runs where it is left out.")
    var run: String?

    @Option(name: .shortAndLong, help: "The whole object, as json or yaml.")
    var output: ObjectFormat?

    @Flag(name: .shortAndLong, help: "Show the run as it goes on; the exit code is 0 if it succeeds.")
    var watch = false

    @Flag(name: [.customShort("A"), .long], help: "The runs of all namespaces.")
    var allNamespaces = false

    func validate() throws {
        if run == nil, watch { throw ValidationError("--watch needs the name of a run.") }
        if run != nil, allNamespaces { throw ValidationError("--all-namespaces lists runs; leave the name out.") }
        if watch, output != nil { throw ValidationError("--watch and --output exclude each other.") }
    }

    func run() async throws {
        let (format, isWide) = (output, allNamespaces)
        guard let name = run else {
            try await cluster.connect { try await RunLister(cluster: $0).list(allNamespaces: isWide, format) }
            return
        }
        if watch { return try await show(name) }
        try await cluster.connect { cluster in
            let run = try await cluster.run(name)
            guard let format else {
                let nested = await NestedRuns(of: run, cluster)
                try Output.lines(RunStory(run: run, nested: nested, now: Date()).lines())
                return
            }
            try Output.write(format.text(try await cluster.client.get(.pipelineRun, cluster.key(name))))
        }
    }

    private func show(_ name: String) async throws {
        let phase = try await cluster.connectInterruptibly { cluster in
            _ = try await cluster.run(name)
            return try await RunEnding.watch(cluster, cluster.key(name))
        }
        if phase != .succeeded { throw ExitCode.failure }
    }
}

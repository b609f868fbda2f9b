import ArgumentParser
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// `fairlead graph`.
struct GraphCommand: AsyncParsableCommand {
    /// How a graph is drawn.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text
        case mermaid
        case dot
    }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw the tasks of a run, a pipeline or a file.",
        discussion: """
            Examples:
              fairlead graph flights-first
              fairlead graph manifests/examples/flights/ -o dot | dot -Tsvg >flights.svg
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(
        help: ArgumentHelp(
            "A run's or a pipeline's name, a file, or a folder.", valueName: "run|pipeline|file"),
        completion: .file())
    var target: String

    @Option(name: .shortAndLong, help: "How it is drawn.")
    var output: Format = .text

    func run() async throws {
        let nodes: [GraphRenderer.Node]
        if ManifestSource.isPath(target, exists: { FileManager.default.fileExists(atPath: $0) }) {
            nodes = try Self.nodes(ManifestSet(try ManifestSource.read(target)))
        } else {
            let name = target
            nodes = try await cluster.connect { try await Self.nodes(name, $0) }
        }
        let renderer = GraphRenderer(nodes)
        switch output {
        case .text: try Output.line(renderer.text())
        case .mermaid: try Output.line(renderer.mermaid())
        case .dot: try Output.line(renderer.dot())
        }
    }

    private static func nodes(_ set: ManifestSet) throws -> [GraphRenderer.Node] {
        guard set.problems.isEmpty else {
            for problem in set.problems { Output.note(problem.description) }
            throw ExitCode.failure
        }
        let specs = set.documents.compactMap(\.pipelineSpec)
        guard specs.count == 1, let spec = specs.first else {
            let count = specs.isEmpty ? "no pipeline" : "\(specs.count) pipelines"
            throw CommandError(.invalidInput, "there is \(count) to draw; give a file with one")
        }
        return RunGraph.nodes(spec)
    }

    private static func nodes(_ name: String, _ cluster: Cluster) async throws -> [GraphRenderer.Node] {
        let run: PipelineRun
        do {
            run = try await cluster.client.get(PipelineRun.self, cluster.key(name))
        } catch let error as APIError where error.isNotFound && error.status.details?.name == name {
            do {
                return RunGraph.nodes(try await cluster.pipelineSpec(name))
            } catch let error as CommandError where error.code == .notFound {
                throw CommandError(
                    .notFound, "there is neither a run nor a pipeline \"\(name)\" in namespace \(cluster.namespace)")
            }
        }
        if let fixed = await RunGraph.fixed(run, cluster.client) {
            return RunGraph.nodes(fixed.spec, tasks: run.status.tasks)
        }
        if let own = run.spec.value?.decodedPipelineSpec?.value {
            return RunGraph.nodes(own, tasks: run.status.tasks)
        }
        guard let pipeline = run.spec.value?.pipeline else {
            throw CommandError(.invalidInput, "run \"\(name)\" cannot be drawn: its pipeline cannot be read")
        }
        return RunGraph.nodes(try await cluster.pipelineSpec(pipeline), tasks: run.status.tasks)
    }
}

import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesCore

/// `fairlead run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline.",
        discussion: """
            A file, or a folder of files, is checked first; then its objects are applied, and its PipelineRuns are made.
            A file with nothing but a Pipeline is run once. A name is that of a Pipeline in the cluster.

            Examples:
              fairlead run manifests/examples/flights/ --watch
              fairlead run flights -p rows=20000 -p 'months=[1, 2]' --watch
              cat hello.yaml | fairlead run -
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(
        help: ArgumentHelp(
            "A file, a folder, - for the standard input, or a pipeline's name.", valueName: "file|folder|pipeline"),
        completion: .file())
    var target: String

    @Option(
        name: [.customShort("p"), .customLong("param")],
        help: ArgumentHelp("A parameter; arrays and objects in JSON.", valueName: "name=value"))
    var params: [String] = []

    @Option(help: ArgumentHelp("The run's name.", valueName: "name"))
    var name: String?

    @Flag(name: .shortAndLong, help: "Show the run as it goes on; the exit code is 0 if it succeeds.")
    var watch = false

    @Flag(help: "Take over fields of applied objects that others have set.")
    var forceConflicts = false

    func run() async throws {
        let arguments = try params.map { argument in try ParamArgument(argument) }
        let sources: [ManifestSource]?
        if ManifestSource.isPath(target, exists: { FileManager.default.fileExists(atPath: $0) }) {
            sources = try ManifestSource.read(target)
        } else {
            sources = nil
        }
        let set = sources.map { ManifestSet($0) }
        if let set, !set.problems.isEmpty {
            for problem in set.problems { Output.note(problem.description) }
            throw CommandError(.invalidInput, "nothing was applied and nothing runs")
        }
        let (target, name, isForced) = (target, name, forceConflicts)
        if !watch {
            _ = try await cluster.connect { cluster in
                let keys = try await Self.launch(cluster, target, set, arguments, name, isForced)
                for key in keys { Output.note("see how it goes: \(Self.advice(cluster, key))") }
                return true
            }
            return
        }
        try await launchAndWatch(set, arguments)
    }

    private func launchAndWatch(_ set: ManifestSet?, _ arguments: [ParamArgument]) async throws {
        let (target, name, isForced) = (target, name, forceConflicts)
        let advice = LastValue<String>()
        let isSuccess = try await cluster.connectInterruptibly { cluster in
            let keys = try await Self.launch(cluster, target, set, arguments, name, isForced)
            advice.set(keys.first.map { Self.advice(cluster, $0) } ?? "")
            var isSuccess = true
            for key in keys where try await RunEnding.watch(cluster, key) != .succeeded { isSuccess = false }
            return isSuccess
        }
        if isSuccess == nil, let advice = advice.value {
            Output.note("\nthe run goes on; see how: \(advice)")
        }
        if isSuccess != true { throw ExitCode.failure }
    }

    /// Applies what is to be applied, makes the runs, and returns their addresses.
    private static func launch(
        _ cluster: Cluster, _ target: String, _ set: ManifestSet?, _ arguments: [ParamArgument], _ name: String?,
        _ isForced: Bool
    ) async throws -> [ObjectKey] {
        let launcher = RunLauncher(cluster: cluster, forcesConflicts: isForced)
        guard let set else {
            var request = RunRequest(pipeline: target)
            if let name { request.rename(name) }
            try request.setParams(arguments, try await cluster.pipelineSpec(target).params)
            return [try await launcher.create(request)]
        }
        var plan = try RunPlan(set, name: name, hasParams: !arguments.isEmpty)
        for (index, run) in plan.runs.enumerated() {
            let spec: PipelineSpec?
            if let pipeline = run.pipeline {
                if let known = set.pipelines[pipeline] {
                    spec = known
                } else {
                    spec = try await cluster.pipelineSpec(pipeline)
                }
            } else {
                spec = run.ownPipeline
            }
            try plan.setParams(arguments, spec?.params ?? [], ofRun: index)
        }
        for document in plan.applied { try await launcher.apply(document) }
        var keys: [ObjectKey] = []
        for run in plan.runs { keys.append(try await launcher.create(run)) }
        return keys
    }

    private static func advice(_ cluster: Cluster, _ key: ObjectKey) -> String {
        cluster.commandLine("fairlead status \(key.name) --watch")
    }
}

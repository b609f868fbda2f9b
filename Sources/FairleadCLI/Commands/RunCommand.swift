import ArgumentParser
import FairleadAPI
import Foundation
import KubernetesCore

/// `fairlead run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline or a training job.",
        discussion: """
            A file, or a folder of files, is checked first; then its objects are applied, and its \
            PipelineRuns and TrainingJobs are made. A file with nothing but a Pipeline is run once. A name is that of a \
            Pipeline in the cluster. A Python script is a pipeline of one task: its comment block (PEP 723) \
            names the version of Python, the packages, and in [tool.fairlead] any other field of a task, \
            and params.

            Examples:
              fairlead run manifests/examples/flights/ --watch
              fairlead run flights -p rows=20000 -p 'months=[1, 2]' --watch
              fairlead run train.py --code . --watch
              fairlead run job.yaml --watch
              cat hello.yaml | fairlead run -
            """)

    @OptionGroup var cluster: ClusterOptions

    @Argument(
        help: ArgumentHelp(
            "A file, a folder, - for the standard input, a script, or a pipeline's name.",
            valueName: "file|folder|pipeline"),
        completion: .file())
    var target: String

    @Option(
        name: [.customShort("p"), .customLong("param")],
        help: ArgumentHelp("A parameter; arrays and objects in JSON.", valueName: "name=value"))
    var params: [String] = []

    @Option(help: ArgumentHelp("The name of the run or the job.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "A folder whose files stand in the tasks' working directory: those that git does not ignore.",
            valueName: "folder"),
        completion: .directory)
    var code: String?

    @Flag(help: "Run everything, and keep no outcome for later runs.")
    var noCache = false

    @Flag(name: .shortAndLong, help: "Show it as it goes on; the exit code is 0 if it succeeds.")
    var watch = false

    @Flag(help: "Take over fields of applied objects that others have set.")
    var forceConflicts = false

    func run() async throws {
        let bundle = try code.map { CodeBundle(files: try CodeFolder(path: $0).files()) }
        let order = RunOrder(
            source: try source(bundle), arguments: try params.map { argument in try ParamArgument(argument) },
            name: name, usesCache: !noCache, forcesConflicts: forceConflicts, code: bundle)
        try await cluster.launch(isWatched: watch) { try await order.launch($0) }
    }

    private func source(_ bundle: CodeBundle?) throws -> RunOrder.Source {
        guard ManifestSource.isPath(target, exists: { FileManager.default.fileExists(atPath: $0) }) else {
            return .pipeline(target)
        }
        if ScriptPipeline.isScript(target) { return .script(try script(bundle)) }
        let set = ManifestSet(try ManifestSource.read(target))
        guard set.problems.isEmpty else { throw Self.refusal(set.problems.map(\.description)) }
        return .manifests(set)
    }

    private func script(_ bundle: CodeBundle?) throws -> ScriptPipeline {
        let text = try ManifestSource.read(target).first?.text ?? ""
        let script = try ScriptPipeline(file: target, text: text, command: try bundle.map(command))
        let problems = script.problems(file: target)
        guard problems.isEmpty else { throw Self.refusal(problems) }
        return script
    }

    /// How the script is started where it travels: as a file among the others, so that it imports them as it does here.
    private func command(_ bundle: CodeBundle) throws -> [String] {
        let folder = URL(fileURLWithPath: code ?? ".").standardizedFileURL.path
        let path = URL(fileURLWithPath: target).standardizedFileURL.path
        guard path.hasPrefix(folder + "/") else {
            throw CommandError(.invalidInput, "\(target) does not lie in the folder \(code ?? ".") that travels")
        }
        let name = String(path.dropFirst(folder.count + 1))
        guard bundle.contains(name) else {
            throw CommandError(.invalidInput, "\(target) does not travel: git ignores it")
        }
        return ["python", "-u", name]
    }

    private static func refusal(_ problems: [String]) -> CommandError {
        for problem in problems { Output.note(problem) }
        return CommandError(.invalidInput, "nothing was applied and nothing runs")
    }
}

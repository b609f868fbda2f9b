import FairleadAPI
import KubernetesCore

/// A Python script as a pipeline of one task.
///
/// The comment block of PEP 723 says what it needs: `requires-python` the image, `dependencies` the packages,
/// `[tool.fairlead]` any other field of a task, and `params` of the pipeline. Each result of the task is one of the
/// pipeline.
struct ScriptPipeline: Sendable, Hashable {
    /// The task's name, from the file's.
    let task: String
    /// The pipeline.
    let spec: JSONValue

    /// Makes a pipeline of a script.
    ///
    /// - Parameters:
    ///   - file: The script's path.
    ///   - text: The script.
    ///   - command: How it is started where it travels with its folder; nil where the task holds it itself.
    /// - Throws: ``CommandError``.
    init(file: String, text: String, command: [String]? = nil) throws(CommandError) {
        let metadata = try ScriptMetadata(script: text, file: file)
        let task = Self.name(file)
        var work = metadata.fairlead
        let params = work.removeValue(forKey: "params")
        for field in ["name", "python", "script", "command"] where work[field] != nil {
            throw CommandError(.invalidInput, "\(file): tool.fairlead.\(field): the script itself says it")
        }
        work["name"] = .string(task)
        if let command {
            work["command"] = .array(command.map { .string($0) })
        } else {
            work["python"] = .string(text)
        }
        if work["image"] == nil {
            do throws(CommandError) {
                work["image"] = .string(try PythonImage.name(requires: metadata.requiresPython))
            } catch {
                throw CommandError(error.code, "\(file): \(error.message)")
            }
        }
        Self.add(metadata.dependencies, to: &work)
        var spec: JSONValue = ["tasks": [.object(work)]]
        if let params { spec["params"] = params }
        let results = (work["results"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        if !results.isEmpty {
            spec["results"] = .array(
                results.map { ["name": .string($0), "value": .string("tasks.\(task).results.\($0)")] })
        }
        self.task = task
        self.spec = spec
    }

    /// Whether a path is that of a Python script.
    static func isScript(_ path: String) -> Bool { path.hasSuffix(".py") }

    /// What is wrong with the pipeline, in the words of the script's block; parameters that a run must give aside.
    func problems(file: String) -> [String] {
        let prefix = "spec.pipelineSpec.tasks[0]"
        return RunValidator.validate(json: ["pipelineSpec": spec]).compactMap { field in
            if field.path.hasPrefix("spec.params") { return nil }
            let path =
                field.path.hasPrefix(prefix)
                ? "tool.fairlead\(field.path.dropFirst(prefix.count))"
                : field.path.replacing("spec.pipelineSpec", with: "tool.fairlead")
            return "\(file): \(path): \(field.message)"
        }
    }

    /// Adds requirements to a task's packages.
    private static func add(_ dependencies: [String], to work: inout [String: JSONValue]) {
        guard !dependencies.isEmpty else { return }
        let own = dependencies.map { JSONValue.string($0) }
        if case .object(var packages) = work["packages"] {
            packages["list"] = .array(own + (packages["list"]?.arrayValue ?? []))
            work["packages"] = .object(packages)
        } else {
            work["packages"] = .array(own + (work["packages"]?.arrayValue ?? []))
        }
    }

    /// A DNS label that resembles the file's name.
    private static func name(_ file: String) -> String {
        let stem = (file.split(separator: "/").last ?? "").dropLast(3).lowercased()
        let letters = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        var name = String(letters.drop { $0 == "-" }.prefix(40))
        while name.last == "-" { name.removeLast() }
        // An expression names a task by what begins with a letter.
        if name.first?.isLetter != true { name = name.isEmpty ? "script" : String("script-\(name)".prefix(40)) }
        return name
    }
}

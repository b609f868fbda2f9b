import FairleadAPI
import KubernetesCore

/// A PipelineRun that is to be made.
struct RunRequest: Sendable, Hashable {
    /// The object.
    private(set) var object: JSONValue

    /// A run of a pipeline by its name; the server names the run.
    init(pipeline: String) { self.init(prefix: pipeline, spec: ["pipeline": .string(pipeline)]) }

    /// A run with a pipeline of its own; the server completes its name.
    init(prefix: String, pipelineSpec: JSONValue) { self.init(prefix: prefix, spec: ["pipelineSpec": pipelineSpec]) }

    /// A run that takes over what another one did.
    ///
    /// What the other was told to run, and how, is what this one is told; what people decided meanwhile is not.
    ///
    /// - Parameters:
    ///   - run: The other run as JSON.
    ///   - tasks: What is run again although it succeeded.
    init(resuming run: JSONValue, name: String, rerun tasks: [String]) {
        var spec: JSONValue = ["resumeFrom": ["run": .string(name)]]
        if !tasks.isEmpty { spec[path: ["resumeFrom", "rerun"]] = .array(tasks.map { .string($0) }) }
        for field in Self.resumedFields { spec[field] = run[path: ["spec", field]] }
        self.init(prefix: Self.stem(run) ?? name, spec: spec)
    }

    /// A run as a manifest has it.
    init(object: JSONValue) { self.object = object }

    private init(prefix: String, spec: JSONValue) {
        object = [
            "apiVersion": .string(ResourceType.pipelineRun.gvk.apiVersion),
            "kind": .string(ResourceType.pipelineRun.gvk.kind),
            "metadata": ["generateName": .string("\(prefix)-")], "spec": spec,
        ]
    }

    private static let resumedFields = [
        "pipeline", "pipelineSpec", "params", "cache", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "queue",
        "profile", "podRetention",
    ]

    /// The pipeline that it names, nil where it brings its own.
    var pipeline: String? { object[path: ["spec", "pipeline"]]?.stringValue }

    /// The pipeline that it brings, nil where it names one.
    var ownPipeline: PipelineSpec? {
        object[path: ["spec", "pipelineSpec"]].flatMap {
            Decoded<PipelineSpec>($0, at: FieldPath("spec")["pipelineSpec"]).value
        }
    }

    /// The run's name, nil where the server makes one.
    var name: String? { object[path: ["metadata", "name"]]?.stringValue }

    /// What its name, and those of what is made for it, begin with.
    var prefix: String { name ?? Self.stem(object) ?? "run" }

    private static func stem(_ object: JSONValue) -> String? {
        object[path: ["metadata", "generateName"]]?.stringValue.map { $0.hasSuffix("-") ? String($0.dropLast()) : $0 }
    }

    /// Gives the run a name.
    mutating func rename(_ name: String) {
        object[path: ["metadata", "generateName"]] = nil
        object[path: ["metadata", "name"]] = .string(name)
    }

    /// Neither takes earlier outcomes nor leaves its own to later runs.
    mutating func disableCache() { object[path: ["spec", "cache"]] = .string(CacheMode.off.rawValue) }

    /// Lets the run bring a copy of the pipeline that it names, which can then be changed.
    mutating func bring(_ pipelineSpec: JSONValue) {
        object[path: ["spec", "pipeline"]] = nil
        object[path: ["spec", "pipelineSpec"]] = pipelineSpec
    }

    /// Puts the files of a ConfigMap into the working directory of every task of the run's own pipeline.
    mutating func addCode(_ bundle: CodeBundle, configMap: String) {
        let pipeline = ["spec", "pipelineSpec"]
        append(bundle.override(configMap: configMap), to: pipeline + ["defaults", "overrides"])
        // What is patched must be there: a pod without packages has no container that installs them.
        if object[path: pipeline + ["defaults", "packages", "file"]] != nil {
            return append(CodeBundle.packagesOverride, to: pipeline + ["defaults", "overrides"])
        }
        for list in ["tasks", "finally"] {
            guard case .array(var tasks) = object[path: pipeline + [list]] else { continue }
            for index in tasks.indices where tasks[index][path: ["packages", "file"]] != nil {
                let overrides = tasks[index]["overrides"]?.arrayValue ?? []
                tasks[index]["overrides"] = .array(overrides + [CodeBundle.packagesOverride])
            }
            object[path: pipeline + [list]] = .array(tasks)
        }
    }

    private mutating func append(_ value: JSONValue, to path: [String]) {
        let list = object[path: path]?.arrayValue ?? []
        object[path: path] = .array(list + [value])
    }

    /// Sets parameters from the command line and judges all of them.
    ///
    /// - Parameters:
    ///   - arguments: Those of the command line; they win.
    ///   - params: What the pipeline declares.
    /// - Throws: ``CommandError`` with everything that is wrong.
    mutating func setParams(_ arguments: [ParamArgument], _ params: [ParamSpec]) throws(CommandError) {
        var given = object[path: ["spec", "params"]]?.objectValue ?? [:]
        for argument in arguments { given[argument.name] = try argument.value(params) }
        if !given.isEmpty { object[path: ["spec", "params"]] = .object(given) }
        do throws(InvalidSpec) {
            _ = try ParamResolver.resolve(params, given: given, at: FieldPath("params"))
        } catch {
            let advice =
                error.fields.contains { $0.message.contains("is required") } ? " (give it with -p name=value)" : ""
            throw CommandError(.invalidInput, error.message + advice)
        }
    }
}

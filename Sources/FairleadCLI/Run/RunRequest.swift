import FairleadAPI
import KubernetesCore

/// A PipelineRun that is to be made.
struct RunRequest: Sendable, Hashable {
    /// The object.
    private(set) var object: JSONValue

    /// A run of a pipeline by its name; the server names the run.
    init(pipeline: String) {
        object = [
            "apiVersion": .string(ResourceType.pipelineRun.gvk.apiVersion),
            "kind": .string(ResourceType.pipelineRun.gvk.kind),
            "metadata": ["generateName": .string("\(pipeline)-")],
            "spec": ["pipeline": .string(pipeline)],
        ]
    }

    /// A run as a manifest has it.
    init(object: JSONValue) { self.object = object }

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

    /// Gives the run a name.
    mutating func rename(_ name: String) {
        object[path: ["metadata", "generateName"]] = nil
        object[path: ["metadata", "name"]] = .string(name)
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

import FairleadAPI
import Foundation
import KubernetesCore

/// What a task computes: all that decides its outcome, and nothing that only says where, when or how often it runs.
enum Computation {
    /// Fields of a task that change how it runs and not what it computes.
    private static let conduct: Set<String> = [
        "name", "dependsOn", "runWhen", "cache", "resources", "spot", "serviceAccount", "pullSecrets", "profile",
        "checkpoint", "retry", "timeouts", "logs", "overrides",
    ]

    /// The task as canonical JSON, with its references as they are written, and the parameters that it reads.
    ///
    /// - Parameters:
    ///   - task: The task, complete with the pipeline's defaults.
    ///   - params: The run's parameters.
    static func definition(of task: PipelineTask, params: [String: JSONValue]) -> JSONValue {
        var document = (try? KubernetesJSON.value(of: task).objectValue) ?? [:]
        for field in conduct { document[field] = nil }
        if var map = document["map"] {
            map["parallelism"] = nil
            map["maxFailed"] = nil
            document["map"] = map
        }
        let named = Set(task.references().compactMap(\.paramName))
        let read = params.filter { named.contains($0.key) }
        let mentioned = Self.mentioned(params, in: texts(of: task.container))
        return ["task": .object(document), "params": .object(read.merging(mentioned) { own, _ in own })]
    }

    /// SHA-256 of what an item's container computes, the commit of its code left out.
    ///
    /// - Parameters:
    ///   - container: The container, complete with the pipeline's defaults.
    ///   - attempt: The values of its references, and what its models mean.
    ///   - isResolved: Whether its code is a commit already, and not to be resolved to one.
    /// - Throws: ``TaskProblem`` where a reference leads nowhere.
    static func digest(
        of container: ContainerSpec, _ attempt: PodAttempt, isResolved: Bool
    ) throws(TaskProblem) -> String {
        var bare = ContainerSpec(
            image: container.image, command: container.command, args: container.args, script: container.script,
            python: container.python)
        bare.packages = container.packages
        bare.code = container.code
        if !isResolved { bare.code?.ref = nil }
        bare.env = container.env
        bare.files = container.files
        bare.mounts = container.mounts
        bare.inputs = container.inputs
        bare.results = container.results.map { ResultSpec(name: $0.name, type: $0.type) }
        bare.artifacts = container.artifacts
        let scope = attempt.scope
        do throws(InvalidSpec) {
            bare = try bare.evaluated(in: scope)
        } catch {
            throw TaskProblem(.expressionFailed, error.message)
        }
        var document = (try? KubernetesJSON.value(of: bare)) ?? [:]
        var inputs: [String: JSONValue] = [:]
        for (name, source) in bare.inputs { inputs[name] = try content(of: source, name: name, attempt) }
        document["inputs"] = .object(inputs)
        let texts = texts(of: bare)
        var whole: JSONValue = ["container": document, "params": .object(mentioned(scope.params, in: texts))]
        if let item = scope.item { whole["item"] = item }
        if let index = scope.itemIndex, readsIndex(container, texts) { whole["itemIndex"] = .integer(Int64(index)) }
        return ContentDigest.hexadecimal(JSONWriter.bytes(whole))
    }

    /// What an input holds: its digest, or where it is; a value stands for itself.
    private static func content(
        of source: InputSource, name: String, _ attempt: PodAttempt
    ) throws(TaskProblem) -> JSONValue {
        var content: JSONValue = [:]
        if let path = source.path { content["path"] = .string(path) }
        if let uri = source.uri { content["uri"] = .string(uri) }
        if let model = source.model {
            content["model"] = attempt.models[model].map { .string($0.digest ?? $0.uri) } ?? .string(model)
        }
        guard let from = source.from else { return content }
        do throws(ExpressionError) {
            let template = try Template(value: from)
            if let digests = files(template, attempt.scope) {
                content["value"] = digests
            } else {
                content["value"] = try template.evaluate(in: attempt.scope)
            }
        } catch {
            throw TaskProblem(.expressionFailed, "inputs.\(name): \(error)")
        }
        return content
    }

    /// The digests of the files that a reference names, nil where it names no files.
    private static func files(_ template: Template, _ scope: Scope) -> JSONValue? {
        guard template.parts.count == 1, let reference = template.references.first, reference.steps.count == 3,
            reference.memberName(at: 1) == "artifacts", let name = reference.memberName(at: 2),
            let outcome = reference.taskName.flatMap({ scope.tasks[$0] })
        else { return nil }
        if let list = outcome.artifactLists[name] {
            return .array(list.map { $0.map { .string($0.digest ?? $0.uri) } ?? .null })
        }
        return outcome.artifacts[name].map { .string($0.digest ?? $0.uri) }
    }

    private static func readsIndex(_ container: ContainerSpec, _ texts: [String]) -> Bool {
        container.references.contains { $0.root == .itemIndex } || texts.contains { $0.contains("ITEM_INDEX") }
    }

    /// Every text of a container that may read a variable.
    private static func texts(of container: ContainerSpec) -> [String] {
        [container.script, container.python].compactMap(\.self) + (container.command ?? []) + (container.args ?? [])
            + container.env.values.compactMap(\.text)
    }

    /// The parameters whose variables texts mention: all of them where a text takes the file of parameters, or puts a
    /// variable's name together.
    static func mentioned(_ params: [String: JSONValue], in texts: [String]) -> [String: JSONValue] {
        var names: Set<String> = []
        for text in texts {
            if text.contains("FAIRLEAD_PARAMS") { return params }
            var rest = text[...]
            while let found = rest.range(of: "PARAM_") {
                rest = rest[found.upperBound...]
                let name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
                if name.isEmpty { return params }
                names.insert(name.uppercased())
            }
        }
        return params.filter { names.contains($0.key.uppercased()) }
    }
}

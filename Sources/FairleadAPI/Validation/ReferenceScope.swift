/// What references in a pipeline may lead to.
struct ReferenceScope {
    struct Task {
        var results: [String: ValueType]
        var artifacts: [String]
        var isFinally: Bool
        /// Whether its results are not declared as a container's are.
        var isOpen: Bool
    }

    var params: [String: ValueType] = [:]
    var tasks: [String: Task] = [:]

    init(_ spec: PipelineSpec) {
        for param in spec.params { params[param.name] = param.effectiveType }
        for (index, task) in (spec.tasks + spec.finally).enumerated() where tasks[task.name] == nil {
            let container = task.container.merged(over: spec.defaults)
            let results = container.results.map { ($0.name, task.map == nil ? $0.effectiveType : .array) }
            tasks[task.name] = Task(
                results: Dictionary(results, uniquingKeysWith: { first, _ in first }),
                artifacts: container.artifacts.map(\.name),
                isFinally: index >= spec.tasks.count,
                isOpen: task.pipeline != nil || task.trainingJob != nil || task.tuningJob != nil
                    || task.model != nil || task.inferenceService != nil)
        }
    }

    /// Why a reference leads nowhere, nil where it leads somewhere.
    func problem(with reference: Reference, isFinally: Bool) -> String? {
        switch reference.root {
        case .params: return paramProblem(reference)
        case .tasks: return taskProblem(reference, isFinally: isFinally)
        case .run: return runProblem(reference, isFinally: isFinally)
        case .item, .itemIndex: return "\(reference.root.rawValue) stands only in a task with map"
        case .trigger: return "trigger stands only in a Trigger's template"
        case .trial: return "trial stands only in a TuningJob's template"
        }
    }

    private func paramProblem(_ reference: Reference) -> String? {
        guard let name = reference.paramName else { return "params needs a name: params.NAME" }
        guard let type = params[name] else {
            return "unknown parameter \(Quoted.text(name))\(NearestName.suggestion(name, among: params.keys.sorted()))"
        }
        return depthProblem(reference, allowed: 1, type)
    }

    private func taskProblem(_ reference: Reference, isFinally: Bool) -> String? {
        guard let name = reference.taskName else { return "tasks needs a name: tasks.NAME.results.RESULT" }
        guard let task = tasks[name] else {
            return "unknown task \(Quoted.text(name))\(NearestName.suggestion(name, among: tasks.keys.sorted()))"
        }
        if task.isFinally, !isFinally {
            return "task \(name) is one of finally, which comes after all other tasks"
        }
        let parts = ["results", "artifacts", "status"]
        guard let part = reference.memberName(at: 1), parts.contains(part) else {
            let given = reference.memberName(at: 1) ?? ""
            return "\(reference) leads to no value: of a task there are results, artifacts and status"
                + NearestName.suggestion(given, among: parts)
        }
        if part == "status" {
            return reference.steps.count == 2 ? nil : "tasks.\(name).status is a string and has no members"
        }
        guard let member = reference.memberName(at: 2) else { return "\(reference) needs a name at its end" }
        if task.isOpen { return nil }
        if part == "artifacts" {
            guard task.artifacts.contains(member) else {
                return "task \(name) declares no artifact \(Quoted.text(member))"
                    + NearestName.suggestion(member, among: task.artifacts)
            }
            let isKnown = reference.steps.count == 3 || ["uri", "digest", "size"].contains(reference.memberName(at: 3))
            return isKnown && reference.steps.count <= 4
                ? nil : "\(reference) leads to no value: an artifact has uri, digest and size"
        }
        guard let type = task.results[member] else {
            return "task \(name) declares no result \(Quoted.text(member))"
                + NearestName.suggestion(member, among: task.results.keys.sorted())
        }
        return depthProblem(reference, allowed: 3, type)
    }

    private func runProblem(_ reference: Reference, isFinally: Bool) -> String? {
        let names = ["name", "namespace", "uid"] + (isFinally ? ["status"] : [])
        guard let name = reference.memberName(at: 0), names.contains(name), reference.steps.count == 1 else {
            let given = reference.memberName(at: 0) ?? ""
            if given == "status" { return "run.status stands only in finally" }
            return "\(reference) leads to no value: of a run there are \(names.joined(separator: ", "))"
                + NearestName.suggestion(given, among: names)
        }
        return nil
    }

    private func depthProblem(_ reference: Reference, allowed: Int, _ type: ValueType) -> String? {
        guard reference.steps.count > allowed, type != .object, type != .array else { return nil }
        let parent = Reference(root: reference.root, steps: Array(reference.steps.prefix(allowed)))
        return "\(parent) is \(type.withArticle) and has no members"
    }
}

import CEL

/// What references in a pipeline may lead to, and of what type it is.
public struct ReferenceScope: Sendable, Hashable {
    struct Param: Sendable, Hashable {
        var type: ValueType
        var items: ValueType?
    }

    struct Task: Sendable, Hashable {
        /// The types of its results; of one item where it is mapped.
        var results: [String: ValueType]
        var artifacts: [String]
        var isFinally: Bool
        var isMapped: Bool
        /// Whether its results are not declared as a container's are.
        var isOpen: Bool
    }

    /// Where an expression stands.
    struct Place {
        /// Whether it stands in `finally`, or behind all tasks.
        var isFinally: Bool
        /// The type of an item, nil where the task is not mapped.
        var item: CELType?
        /// Whether only parameters and the run have values, since no task has started.
        var isBeforeTasks = false
        /// Whether it stands in a task with map, at what is asked once before there are items.
        var isBeforeItems = false

        /// Why the item of a map has no value here.
        func itemProblem(_ name: String) -> String {
            isBeforeItems
                ? "\(name) has no value here: it is asked once for the whole task, before there are items"
                : "\(name) stands only in a task with map"
        }
    }

    var params: [String: Param] = [:]
    var tasks: [String: Task] = [:]

    /// Collects what a pipeline declares.
    public init(_ spec: PipelineSpec) {
        for param in spec.params { params[param.name] = Param(type: param.effectiveType, items: param.items) }
        for (index, task) in (spec.tasks + spec.finally).enumerated() where tasks[task.name] == nil {
            let container = task.program?.merged(over: spec.defaults) ?? ContainerSpec()
            tasks[task.name] = Task(
                results: Dictionary(
                    container.results.map { ($0.name, $0.effectiveType) }, uniquingKeysWith: { first, _ in first }),
                artifacts: container.artifacts.map(\.name), isFinally: index >= spec.tasks.count,
                isMapped: task.map != nil, isOpen: task.hasOpenResults)
        }
    }

    /// The type of what a reference leads to.
    ///
    /// - Throws: `ExpressionError` where it leads nowhere.
    func type(of reference: Reference, at place: Place) throws(ExpressionError) -> CELType {
        switch reference.root {
        case .params: return try paramType(reference)
        case .tasks: return try taskType(reference, place)
        case .run: return try runType(reference, place)
        case .item:
            guard let item = place.item else { throw ExpressionError(place.itemProblem("item")) }
            return try Self.type(reference, from: 0, of: item)
        case .itemIndex:
            guard place.item != nil else { throw ExpressionError(place.itemProblem("itemIndex")) }
            return try Self.type(reference, from: 0, of: .int)
        case .trigger: throw ExpressionError("trigger stands only in a Trigger's template")
        case .trial: throw ExpressionError("trial stands only in a TuningJob's template")
        }
    }

    private func paramType(_ reference: Reference) throws(ExpressionError) -> CELType {
        guard let name = reference.paramName else { throw ExpressionError("params needs a name: params.NAME") }
        guard let param = params[name] else {
            let names = params.keys.sorted()
            // A path takes hyphens as part of a name; whoever meant a difference has to say so.
            let isDifference = name.contains("-") && params[String(name.prefix { $0 != "-" })] != nil
            let hint =
                isDifference ? "; a minus sign needs spaces around it" : NearestName.suggestion(name, among: names)
            throw ExpressionError("unknown parameter \(Quoted.text(name))\(hint)")
        }
        return try Self.type(reference, from: 1, of: CELType(param.type, items: param.items))
    }

    private func taskType(_ reference: Reference, _ place: Place) throws(ExpressionError) -> CELType {
        guard let name = reference.taskName else {
            throw ExpressionError("tasks needs a name: tasks.NAME.results.RESULT")
        }
        guard let task = tasks[name] else {
            let suggestion = NearestName.suggestion(name, among: tasks.keys.sorted())
            throw ExpressionError("unknown task \(Quoted.text(name))\(suggestion)")
        }
        if place.isBeforeTasks { throw ExpressionError("no task has run here: only params and run have values") }
        if task.isFinally, !place.isFinally {
            throw ExpressionError("task \(name) is one of finally, which comes after all other tasks")
        }
        let parts = ["results", "artifacts", "status"]
        guard let part = reference.memberName(at: 1), parts.contains(part) else {
            let given = reference.memberName(at: 1) ?? ""
            throw ExpressionError(
                "\(reference) leads to no value: of a task there are results, artifacts and status"
                    + NearestName.suggestion(given, among: parts))
        }
        if part == "status" {
            guard reference.steps.count == 2 else {
                throw ExpressionError("tasks.\(name).status is a string and has no members")
            }
            return .string
        }
        guard let member = reference.memberName(at: 2) else {
            throw ExpressionError("\(reference) needs a name at its end")
        }
        if task.isOpen { return .dyn }
        return part == "artifacts"
            ? try Self.artifactType(reference, name, task, member) : try Self.resultType(reference, name, task, member)
    }

    private static func artifactType(
        _ reference: Reference, _ name: String, _ task: Task, _ member: String
    ) throws(ExpressionError) -> CELType {
        guard task.artifacts.contains(member) else {
            throw ExpressionError(
                "task \(name) declares no artifact \(Quoted.text(member))"
                    + NearestName.suggestion(member, among: task.artifacts))
        }
        if task.isMapped { return try type(reference, from: 3, of: .list(.string)) }
        guard reference.steps.count > 3 else { return .string }
        let parts: [String: CELType] = ["uri": .string, "digest": .string, "size": .int]
        guard reference.steps.count == 4, let part = reference.memberName(at: 3), let type = parts[part] else {
            throw ExpressionError("\(reference) leads to no value: an artifact has uri, digest and size")
        }
        return type
    }

    private static func resultType(
        _ reference: Reference, _ name: String, _ task: Task, _ member: String
    ) throws(ExpressionError) -> CELType {
        guard let result = task.results[member] else {
            throw ExpressionError(
                "task \(name) declares no result \(Quoted.text(member))"
                    + NearestName.suggestion(member, among: task.results.keys.sorted()))
        }
        let type = CELType(result)
        return try self.type(reference, from: 3, of: task.isMapped ? .list(type) : type)
    }

    private func runType(_ reference: Reference, _ place: Place) throws(ExpressionError) -> CELType {
        let names = ["name", "namespace", "uid"] + (place.isFinally ? ["status"] : [])
        guard let name = reference.memberName(at: 0), names.contains(name), reference.steps.count == 1 else {
            let given = reference.memberName(at: 0) ?? ""
            if given == "status" { throw ExpressionError("run.status stands only in finally") }
            throw ExpressionError(
                "\(reference) leads to no value: of a run there are \(names.joined(separator: ", "))"
                    + NearestName.suggestion(given, among: names))
        }
        return .string
    }

    /// The type at the end of a path whose first steps led to a type.
    private static func type(
        _ reference: Reference, from start: Int, of type: CELType
    ) throws(ExpressionError) -> CELType {
        var type = type
        for (index, step) in reference.steps.enumerated().dropFirst(start) {
            let parent = Reference(root: reference.root, steps: Array(reference.steps.prefix(index)))
            switch (type, step) {
            case (.dyn, _), (.map, .member): type = .dyn
            case (.list(let element), .element): type = element
            case (.object(let object), .member(let name)):
                guard let field = object.fields[name] else {
                    let names = object.fields.keys.sorted()
                    throw ExpressionError(
                        "\(parent) has no member \(Quoted.text(name))\(NearestName.suggestion(name, among: names))")
                }
                type = field
            default:
                throw ExpressionError(
                    "\(parent) is \(type.withArticle) and has no \(step.isElement ? "elements" : "members")")
            }
        }
        return type
    }
}

extension Reference.Step {
    fileprivate var isElement: Bool { if case .element = self { true } else { false } }
}

extension PipelineTask {
    /// Whether nobody declares here what the task gives.
    fileprivate var hasOpenResults: Bool {
        switch work {
        case .container, .check, .approval, .trainingJob: false
        case .pipeline, .model, .tuningJob, .inferenceService: true
        }
    }
}

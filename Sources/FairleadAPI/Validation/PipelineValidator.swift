public import KubernetesCore

/// The one judge of pipelines, for the controller and the command line.
public struct PipelineValidator {
    let limits: Limits
    var problems: [InvalidField] = []

    init(limits: Limits) { self.limits = limits }

    /// What is wrong with a Pipeline, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ pipeline: Pipeline, limits: Limits = .published) -> [InvalidField] {
        let name = NameRule.objectProblem(pipeline.metadata.name, limit: limits.pipelineName)
        let problems = name.map { [InvalidField(path: "metadata.name", message: $0)] } ?? []
        switch pipeline.spec {
        case .failure(let problem): return problems + problem.fields
        case .success(let spec): return problems + validate(spec, limits: limits)
        }
    }

    /// What is wrong with a pipeline as JSON, unknown fields included; empty where nothing is.
    ///
    /// - Parameters:
    ///   - json: The spec.
    ///   - path: Where it stands in its object.
    ///   - limits: What is too long or too many.
    public static func validate(
        json: JSONValue, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: PipelineSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<PipelineSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, at: path, limits: limits)
        }
    }

    /// What is wrong with a pipeline; empty where nothing is.
    ///
    /// - Parameters:
    ///   - spec: The spec.
    ///   - path: Where it stands in its object.
    ///   - limits: What is too long or too many.
    public static func validate(
        _ spec: PipelineSpec, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        var validator = PipelineValidator(limits: limits)
        validator.validate(spec, path)
        return validator.problems
    }

    mutating func add(_ path: FieldPath, _ message: String) {
        problems.append(InvalidField(path: path.description, message: message))
    }

    private mutating func validate(_ spec: PipelineSpec, _ path: FieldPath) {
        let taskCount = spec.tasks.count + spec.finally.count
        if spec.tasks.isEmpty { add(path["tasks"], "needs at least one task") }
        guard taskCount <= limits.tasks else {
            return add(path["tasks"], "holds \(taskCount) tasks with finally; at most \(limits.tasks) are allowed")
        }
        refuse(spec.concurrency, path["concurrency"])
        refuse(spec.notifications, path["notifications"])
        if let parallel = spec.maxParallelTasks, parallel < 1 {
            add(path["maxParallelTasks"], "must be at least 1, not \(parallel)")
        }
        validateParams(spec.params, path["params"])
        let scope = ReferenceScope(spec)
        if let defaults = spec.defaults {
            validateContainer(defaults, path["defaults"])
            validateReferences(defaults, path["defaults"], scope, isFinally: false)
        }
        validateTaskNames(spec, path)
        for (index, task) in spec.tasks.enumerated() {
            validateTask(task, spec, path["tasks"][index], scope, isFinally: false)
        }
        for (index, task) in spec.finally.enumerated() {
            validateTask(task, spec, path["finally"][index], scope, isFinally: true)
        }
        if let cycle = PipelineGraph(spec).cycle {
            add(path["tasks"], "the tasks form a cycle: \(cycle.joined(separator: " -> "))")
        }
        validateResults(spec.results, path["results"], scope)
    }

    private mutating func validateTaskNames(_ spec: PipelineSpec, _ path: FieldPath) {
        var first: [String: String] = [:]
        let places =
            spec.tasks.enumerated().map { ($1.name, path["tasks"][$0]["name"]) }
            + spec.finally.enumerated().map { ($1.name, path["finally"][$0]["name"]) }
        for (name, place) in places {
            if let problem = NameRule.labelProblem(name, limit: limits.taskName) { add(place, problem) }
            if let other = first[name] {
                add(place, "duplicate name \(Quoted.text(name)): \(other) has it too")
            } else {
                first[name] = place.description
            }
        }
    }

    private mutating func validateTask(
        _ task: PipelineTask, _ spec: PipelineSpec, _ path: FieldPath, _ scope: ReferenceScope, isFinally: Bool
    ) {
        let candidates = (isFinally ? spec.finally : spec.tasks).map(\.name)
        for (index, name) in task.dependsOn.enumerated() where !candidates.contains(name) {
            let place = path["dependsOn"][index]
            if scope.tasks[name] != nil {
                let message =
                    isFinally
                    ? "\(Quoted.text(name)) is not one of finally, which comes after all other tasks anyway"
                    : "\(Quoted.text(name)) is one of finally, which comes after all other tasks"
                add(place, message)
            } else {
                add(place, "unknown task \(Quoted.text(name))\(NearestName.suggestion(name, among: candidates))")
            }
        }
        if task.dependsOn.contains(task.name) { add(path["dependsOn"], "a task cannot depend on itself") }
        refuse(task.when, path["when"])
        refuse(task.runWhen, path["runWhen"])
        refuse(task.map, path["map"])
        refuse(task.cache, path["cache"])
        let kinds: [(String, JSONValue?)] = [
            ("check", task.check), ("trainingJob", task.trainingJob), ("tuningJob", task.tuningJob),
            ("pipeline", task.pipeline), ("approval", task.approval), ("model", task.model),
            ("inferenceService", task.inferenceService),
        ]
        for (name, value) in kinds { refuse(value, path[name]) }
        validateContainer(task.container, path)
        validateReferences(task.container, path, scope, isFinally: isFinally)
        guard kinds.allSatisfy({ $0.1 == nil }) else { return }
        let merged = task.container.merged(over: spec.defaults)
        if !merged.hasProgram { add(path, "needs one of command, script, python") }
        if merged.image?.isEmpty ?? true { add(path["image"], "is required, here or in defaults") }
    }

    private mutating func validateResults(
        _ results: [PipelineResult], _ path: FieldPath, _ scope: ReferenceScope
    ) {
        validateValueNames(results.map(\.name), path)
        for (index, result) in results.enumerated() {
            let place = path[index]["value"]
            do {
                let references =
                    result.value.contains("$(")
                    ? try Template(parsing: result.value).references : [try Reference(parsing: result.value)]
                for reference in references {
                    if let problem = scope.problem(with: reference, isFinally: true) { add(place, problem) }
                }
            } catch {
                add(place, "\(error)")
            }
        }
    }

    /// Names of one list: their form, no two of them alike, none that differ only in letter case, since each also
    /// names an environment variable in upper case.
    mutating func validateValueNames(_ names: [String], _ path: FieldPath, allowsHyphen: Bool = false) {
        if names.count > limits.values {
            add(path, "holds \(names.count) elements; at most \(limits.values) are allowed")
        }
        var seen: [String: String] = [:]
        for (index, name) in names.enumerated() {
            let place = path[index]["name"]
            if let problem = NameRule.valueProblem(name, limit: limits.valueName, allowsHyphen: allowsHyphen) {
                add(place, problem)
            }
            if let other = seen.updateValue(name, forKey: name.uppercased()) {
                add(
                    place,
                    other == name
                        ? "duplicate name \(Quoted.text(name))"
                        : "\(Quoted.text(name)) and \(Quoted.text(other)) are the same in upper case")
            }
        }
    }

    /// Refuses a field that is promised and not built.
    mutating func refuse(_ value: JSONValue?, _ path: FieldPath) {
        guard let value else { return }
        let name = path.description.split(separator: ".").last.map(String.init) ?? path.description
        if name == "when", value == "" { return add(path, YAMLTrap.emptyExpression) }
        add(path, "\(name) is not supported yet")
    }
}

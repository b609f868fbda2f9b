public import KubernetesCore

/// The one judge of pipelines, for the controller and the command line.
public struct PipelineValidator {
    let name: String?
    let limits: Limits
    let scope: ReferenceScope
    var problems: [InvalidField] = []

    private init(_ spec: PipelineSpec, name: String?, limits: Limits) {
        self.name = name
        self.limits = limits
        scope = ReferenceScope(spec)
    }

    /// What is wrong with a Pipeline, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ pipeline: Pipeline, limits: Limits = .published) -> [InvalidField] {
        let name = NameRule.objectProblem(pipeline.metadata.name, limit: limits.pipelineName)
        let problems = name.map { [InvalidField(path: "metadata.name", message: $0)] } ?? []
        switch pipeline.spec {
        case .failure(let problem): return problems + problem.fields
        case .success(let spec):
            return problems + validate(spec, named: pipeline.metadata.name, limits: limits)
        }
    }

    /// What is wrong with a pipeline as JSON, unknown fields included; empty where nothing is.
    ///
    /// - Parameters:
    ///   - json: The spec.
    ///   - name: The pipeline's name, which no task of it may run; nil where it has none.
    ///   - path: Where it stands in its object.
    ///   - limits: What is too long or too many.
    public static func validate(
        json: JSONValue, named name: String? = nil, at path: FieldPath = FieldPath("spec"),
        limits: Limits = .published
    ) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: PipelineSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<PipelineSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, named: name, at: path, limits: limits)
        }
    }

    /// What is wrong with a pipeline; empty where nothing is.
    ///
    /// - Parameters:
    ///   - spec: The spec.
    ///   - name: The pipeline's name, which no task of it may run; nil where it has none.
    ///   - path: Where it stands in its object.
    ///   - limits: What is too long or too many.
    public static func validate(
        _ spec: PipelineSpec, named name: String? = nil, at path: FieldPath = FieldPath("spec"),
        limits: Limits = .published
    ) -> [InvalidField] {
        var validator = PipelineValidator(spec, name: name, limits: limits)
        validator.validate(spec, path)
        return validator.problems
    }

    mutating func add(_ path: FieldPath, _ message: String) {
        problems.append(InvalidField(path: path.description, message: message))
    }

    private mutating func validate(_ spec: PipelineSpec, _ path: FieldPath) {
        let taskCount = spec.tasks.count + spec.finally.count
        if spec.tasks.isEmpty { add(path["tasks"], "needs at least one task") }
        if taskCount > limits.tasks {
            add(path["tasks"], "holds \(taskCount) tasks with finally; at most \(limits.tasks) are allowed")
            return
        }
        if let parallel = spec.maxParallelTasks, parallel < 1 {
            add(path["maxParallelTasks"], "must be at least 1, not \(parallel)")
        }
        validateParams(spec.params, path["params"])
        if let defaults = spec.defaults {
            problems += ContainerValidator.validate(defaults, in: .pipeline, at: path["defaults"], limits: limits)
            validateReferences(defaults, path["defaults"], ReferenceScope.Place(isFinally: false))
        }
        validateTaskNames(spec, path)
        for (index, task) in spec.tasks.enumerated() {
            validateTask(task, spec, path["tasks"][index], isFinally: false)
        }
        for (index, task) in spec.finally.enumerated() {
            validateTask(task, spec, path["finally"][index], isFinally: true)
        }
        if let cycle = PipelineGraph(spec).cycle {
            add(path["tasks"], "the tasks form a cycle: \(cycle.joined(separator: " -> "))")
        }
        validateResults(spec.results, path["results"])
        validateConcurrency(spec.concurrency, path["concurrency"])
        validateNotifications(spec.notifications, path["notifications"])
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

    private mutating func validateResults(_ results: [PipelineResult], _ path: FieldPath) {
        problems += NameRule.listProblems(results.map(\.name), at: path, limits: limits)
        for (index, result) in results.enumerated() {
            checkValue(result.value, path[index]["value"], ReferenceScope.Place(isFinally: true))
        }
    }
}

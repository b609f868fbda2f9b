public import KubernetesCore

/// The one judge of runs, for the controller and the command line.
public enum RunValidator {
    /// What is wrong with a run, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ run: PipelineRun, limits: Limits = .published) -> [InvalidField] {
        let name = NameRule.objectProblem(run.metadata.name, limit: limits.runName)
        let problems = name.map { [InvalidField(path: "metadata.name", message: $0)] } ?? []
        switch run.spec {
        case .failure(let problem): return problems + problem.fields
        case .success(let spec): return problems + validate(spec, limits: limits)
        }
    }

    /// What is wrong with a run as JSON, with its own pipeline and unknown fields; empty where nothing is.
    public static func validate(
        json: JSONValue, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: PipelineRunSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<PipelineRunSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, at: path, limits: limits)
        }
    }

    /// What is wrong with a run, its own pipeline and parameters included; empty where nothing is.
    ///
    /// A run that names a Pipeline is judged by ``validate(_:of:at:)`` too, with that Pipeline at hand.
    public static func validate(
        _ spec: PipelineRunSpec, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ path: FieldPath, _ message: String) {
            problems.append(InvalidField(path: path.description, message: message))
        }
        switch (spec.pipeline, spec.pipelineSpec) {
        case (nil, nil): add(path, "needs one of pipeline, pipelineSpec")
        case (_?, _?): add(path, "takes only one of pipeline, pipelineSpec")
        case (let name?, nil):
            if let problem = NameRule.objectProblem(name) { add(path["pipeline"], problem) }
        case (nil, let json?): problems += validatePipeline(json, spec, path, limits)
        }
        if let seconds = spec.activeDeadlineSeconds, seconds < 1 {
            add(path["activeDeadlineSeconds"], "must be at least 1, not \(seconds)")
        }
        if let seconds = spec.ttlSecondsAfterFinished, seconds < 0 {
            add(path["ttlSecondsAfterFinished"], "must be at least 0, not \(seconds)")
        }
        for (name, value) in [("queue", spec.queue), ("profile", spec.profile)] {
            guard let value, let problem = NameRule.objectProblem(value, limit: limits.runName) else { continue }
            add(path[name], problem)
        }
        if let resume = spec.resumeFrom, let problem = NameRule.objectProblem(resume.run, limit: limits.runName) {
            add(path["resumeFrom"]["run"], problem)
        }
        return problems
    }

    /// What of a run does not fit its pipeline: parameters, approvals, tasks to rerun.
    ///
    /// A run that resumes another takes over the parameters that it does not give: those are judged by
    /// ``ParamResolver`` with that run at hand. The values of the parameters in `open` are not known yet.
    public static func validate(
        _ spec: PipelineRunSpec, of pipeline: PipelineSpec, open: Set<String> = [],
        at path: FieldPath = FieldPath("spec")
    ) -> [InvalidField] {
        let isComplete = spec.resumeFrom == nil
        var problems = ParamResolver.problems(
            pipeline.params, given: spec.params, open: open, isComplete: isComplete, at: path["params"])
        func check(_ name: String, among names: [String], _ what: String, _ place: FieldPath) {
            guard !names.contains(name) else { return }
            let message = "unknown \(what) \(Quoted.text(name))\(NearestName.suggestion(name, among: names))"
            problems.append(InvalidField(path: place.description, message: message))
        }
        let all = pipeline.tasks + pipeline.finally
        let gates = all.filter { if case .approval = $0.work { true } else { false } }.map(\.name)
        for name in spec.approvals.keys.sorted() { check(name, among: gates, "approval", path["approvals"][name]) }
        for (index, name) in (spec.resumeFrom?.rerun ?? []).enumerated() {
            check(name, among: all.map(\.name), "task", path["resumeFrom"]["rerun"][index])
        }
        return problems
    }

    private static func validatePipeline(
        _ json: JSONValue, _ spec: PipelineRunSpec, _ path: FieldPath, _ limits: Limits
    ) -> [InvalidField] {
        let place = path["pipelineSpec"]
        let size = JSONWriter.bytes(json).count
        if size > limits.specBytes {
            let message = "has \(size) bytes as JSON; at most \(limits.specBytes) are allowed"
            return [InvalidField(path: place.description, message: message)]
        }
        let problems = PipelineValidator.validate(json: json, at: place, limits: limits)
        guard problems.isEmpty, case .success(let pipeline) = Decoded<PipelineSpec>(json, at: place) else {
            return problems
        }
        return validate(spec, of: pipeline, at: path)
    }
}

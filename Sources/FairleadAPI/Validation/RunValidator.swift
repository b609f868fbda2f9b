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
    /// The parameters of a run that names a Pipeline are judged by ``ParamResolver`` with that Pipeline at hand.
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
        case (nil, let json?): problems += validatePipeline(json, spec.params, path, limits)
        }
        let later = [
            ("approvals", spec.approvals), ("cache", spec.cache), ("resumeFrom", spec.resumeFrom),
            ("queue", spec.queue), ("profile", spec.profile),
        ]
        for (name, value) in later where value != nil { add(path[name], "\(name) is not supported yet") }
        if spec.shutdown != nil { add(path["shutdown"], "shutdown is not supported yet") }
        if spec.podRetention != nil { add(path["podRetention"], "podRetention is not supported yet") }
        if spec.activeDeadlineSeconds != nil {
            add(path["activeDeadlineSeconds"], "activeDeadlineSeconds is not supported yet")
        }
        if let seconds = spec.ttlSecondsAfterFinished, seconds < 0 {
            add(path["ttlSecondsAfterFinished"], "must be at least 0, not \(seconds)")
        }
        return problems
    }

    private static func validatePipeline(
        _ json: JSONValue, _ params: [String: JSONValue], _ path: FieldPath, _ limits: Limits
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
        do {
            _ = try ParamResolver.resolve(pipeline.params, given: params, at: path["params"])
            return []
        } catch {
            return error.fields
        }
    }
}

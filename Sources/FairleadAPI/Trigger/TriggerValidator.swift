public import KubernetesCore

/// The one judge of triggers, for the controller and the command line.
public struct TriggerValidator {
    private let limits: Limits
    private var problems: [InvalidField] = []

    /// What is wrong with a Trigger, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ trigger: Trigger, limits: Limits = .published) -> [InvalidField] {
        let name = NameRule.objectProblem(trigger.metadata.name, limit: limits.triggerName)
        let problems = name.map { [InvalidField(path: "metadata.name", message: $0)] } ?? []
        switch trigger.spec {
        case .failure(let problem): return problems + problem.fields
        case .success(let spec): return problems + validate(spec, limits: limits)
        }
    }

    /// What is wrong with a trigger as JSON, unknown fields included; empty where nothing is.
    ///
    /// - Parameters:
    ///   - json: The spec.
    ///   - path: Where it stands in its object.
    ///   - limits: What is too long or too many.
    public static func validate(
        json: JSONValue, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: TriggerSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<TriggerSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, at: path, limits: limits)
        }
    }

    /// What is wrong with a trigger; empty where nothing is.
    ///
    /// - Parameters:
    ///   - spec: The spec.
    ///   - path: Where it stands in its object.
    ///   - limits: What is too long or too many.
    public static func validate(
        _ spec: TriggerSpec, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        var validator = TriggerValidator(limits: limits)
        validator.validateSource(spec, path)
        validator.validateBounds(spec, path)
        validator.validateTemplate(spec, path["template"])
        return validator.problems
    }

    private init(limits: Limits) { self.limits = limits }

    private mutating func add(_ path: FieldPath, _ message: String) {
        problems.append(InvalidField(path: path.description, message: message))
    }

    private mutating func refuse(_ value: JSONValue?, _ path: FieldPath, _ name: String) {
        if value != nil { add(path[name], "\(name) is not supported yet") }
    }

    private mutating func validateSource(_ spec: TriggerSpec, _ path: FieldPath) {
        let later = [spec.modelVersion, spec.drift, spec.metric, spec.data]
        let count = (spec.schedule == nil ? 0 : 1) + (spec.run == nil ? 0 : 1) + later.count { $0 != nil }
        if count != 1 {
            let list = TriggerSpec.sources.joined(separator: ", ")
            add(path, count == 0 ? "needs one of \(list)" : "takes only one of \(list)")
        }
        refuse(spec.modelVersion, path, "modelVersion")
        refuse(spec.drift, path, "drift")
        refuse(spec.metric, path, "metric")
        refuse(spec.data, path, "data")
        if let schedule = spec.schedule { validateSchedule(schedule, path["schedule"]) }
        guard let run = spec.run else { return }
        if let problem = NameRule.objectProblem(run.pipeline) { add(path["run"]["pipeline"], problem) }
        let started = spec.template.pipelineRun?.spec["pipeline"]?.stringValue
        if started == run.pipeline, spec.maxPerDay == nil, spec.cooldown == nil {
            add(
                path["run"]["pipeline"],
                "the runs of \(Quoted.text(run.pipeline)) would start runs of it without end; set cooldown or maxPerDay"
            )
        }
    }

    private mutating func validateSchedule(_ schedule: ScheduleSource, _ path: FieldPath) {
        do throws(ExpressionError) {
            _ = try CronExpression(schedule.cron)
        } catch {
            add(
                path["cron"],
                "\(error.message) (at character \(error.position + 1) of \(Quoted.text(schedule.cron)))")
        }
        if let problem = schedule.timeZone.flatMap(TimeZoneName.problem) { add(path["timeZone"], problem) }
        validateRange(schedule.maxCatchUp, 1...limits.triggerSlots, path["maxCatchUp"])
    }

    private mutating func validateBounds(_ spec: TriggerSpec, _ path: FieldPath) {
        if let seconds = spec.startingDeadlineSeconds, seconds < 0 {
            add(path["startingDeadlineSeconds"], "must be at least 0, not \(seconds)")
        }
        validateRange(spec.maxPerDay, 1...Int.max, path["maxPerDay"])
        validateRange(spec.successfulRunsHistoryLimit, 0...100, path["successfulRunsHistoryLimit"])
        validateRange(spec.failedRunsHistoryLimit, 0...100, path["failedRunsHistoryLimit"])
        if spec.lateAfter?.duration == .zero { add(path["lateAfter"], "must be longer than nothing") }
    }

    private mutating func validateRange(_ value: Int?, _ range: ClosedRange<Int>, _ path: FieldPath) {
        guard let value, !range.contains(value) else { return }
        add(
            path,
            value < range.lowerBound
                ? "must be at least \(range.lowerBound), not \(value)"
                : "must be at most \(range.upperBound), not \(value)")
    }

    private mutating func validateTemplate(_ spec: TriggerSpec, _ path: FieldPath) {
        let template = spec.template
        refuse(template.tuningJob, path, "tuningJob")
        let given = [template.pipelineRun != nil, template.trainingJob != nil, template.tuningJob != nil]
        let count = given.count(where: \.self)
        if count != 1 {
            add(path, "\(count == 0 ? "needs" : "takes only") one of pipelineRun, trainingJob, tuningJob")
        }
        if let job = template.trainingJob { validateJob(job, path["trainingJob"]["spec"], TriggerScopeRule(spec)) }
        guard let run = template.pipelineRun else { return }
        let place = path["pipelineRun"]["spec"]
        guard run.spec.objectValue != nil else {
            return add(place, "must be an object, not \(DecodingProblem.name(of: run.spec))")
        }
        // The values of parameters are known when a run is made, and judged then.
        var bare = run.spec
        bare["params"] = nil
        if let own = run.spec["pipelineSpec"], run.spec["pipeline"] == nil {
            bare["pipelineSpec"] = nil
            bare["pipeline"] = "own"
            let wrong = PipelineValidator.validate(json: own, at: place["pipelineSpec"], limits: limits)
            problems += wrong
            if wrong.isEmpty, let pipeline = Decoded<PipelineSpec>(own, at: place["pipelineSpec"]).value {
                problems += Self.misfits(run, with: pipeline, at: place)
            }
        }
        problems += RunValidator.validate(json: bare, at: place, limits: limits)
        guard let params = run.spec["params"] else { return }
        guard params.objectValue != nil else {
            return add(place["params"], "must be an object, not \(DecodingProblem.name(of: params))")
        }
        validateTemplates(params, place["params"], TriggerScopeRule(spec))
    }

    private mutating func validateJob(_ job: RunTemplate, _ path: FieldPath, _ rule: TriggerScopeRule) {
        let shape = SchemaChecker.check(job.spec, against: TrainingJobTemplate.schema, at: path)
        guard shape.isEmpty else { return problems += shape }
        switch Decoded<TrainingJobTemplate>(job.spec, at: path) {
        case .failure(let problem): problems += problem.fields
        case .success(let template):
            problems += TrainingJobValidator.validate(template, at: path, limits: limits)
            for site in template.sites(at: path) {
                do throws(ExpressionError) {
                    for reference in try site.template().references {
                        if let problem = rule.problem(with: reference) { add(site.path, problem) }
                    }
                } catch {
                    add(site.path, "\(error)")
                }
            }
        }
    }

    private mutating func validateTemplates(_ params: JSONValue, _ path: FieldPath, _ rule: TriggerScopeRule) {
        for (path, text) in TemplateValue.strings(in: params, at: path) {
            do throws(ExpressionError) {
                for reference in try Template(parsing: text).references {
                    if let problem = rule.problem(with: reference) { add(path, problem) }
                }
            } catch {
                add(path, "\(error)")
            }
        }
    }
}

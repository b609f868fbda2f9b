import CEL
import KubernetesCore

extension PipelineValidator {
    mutating func validateTask(_ task: PipelineTask, _ spec: PipelineSpec, _ path: FieldPath, isFinally: Bool) {
        validateDependencies(task, spec, path, isFinally: isFinally)
        var place = ReferenceScope.Place(isFinally: isFinally, isBeforeItems: task.map != nil)
        if let when = task.when { checkCondition(when, path["when"], place) }
        if task.runWhen == .anySucceeded, task.dependsOn.isEmpty,
            !task.references(defaults: spec.defaults).contains(where: { $0.taskName != nil })
        {
            add(path["runWhen"], "AnySucceeded never holds of a task that comes after none")
        }
        if let cache = task.cache {
            if !task.hasContainer { add(path["cache"], "stands only in a task that runs a container") }
            if cache.maxAge?.duration == .zero { add(path["cache"]["maxAge"], "must be longer than 0") }
        }
        if let map = task.map {
            let item = validateMap(map, path["map"], place)
            if task.work.canBeMapped {
                place.item = item
                place.isBeforeItems = false
            } else {
                add(path["map"], "stands only in a task that runs a container, a pipeline or a TrainingJob")
            }
        }
        validateWork(task, spec, path, place)
    }

    private mutating func validateDependencies(
        _ task: PipelineTask, _ spec: PipelineSpec, _ path: FieldPath, isFinally: Bool
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
    }

    private mutating func validateWork(
        _ task: PipelineTask, _ spec: PipelineSpec, _ path: FieldPath, _ place: ReferenceScope.Place
    ) {
        switch task.work {
        case .container(let container):
            problems += ContainerValidator.validate(container, in: .pipeline, at: path, limits: limits)
            validateReferences(container, path, place)
            let merged = container.merged(over: spec.defaults)
            if !merged.hasProgram { add(path, "needs one of command, script, python") }
            if merged.image?.isEmpty ?? true { add(path["image"], "is required, here or in defaults") }
        case .check(let check):
            checkCondition(check.that, path["check"]["that"], place)
            checkText(check.message, path["check"]["message"], place)
        case .pipeline(let pipeline): validateNested(pipeline, path["pipeline"], place)
        case .approval(let approval): validateApproval(approval, path["approval"], place)
        case .model(let model): validateModel(model, path["model"], place)
        case .trainingJob(let job): validateJob(job, spec, path["trainingJob"], place)
        case .tuningJob: add(path["tuningJob"], "tuningJob is not supported yet")
        case .inferenceService(let service): validateService(service, path["inferenceService"], place)
        }
    }

    private mutating func validateNested(
        _ pipeline: NestedPipeline, _ path: FieldPath, _ place: ReferenceScope.Place
    ) {
        if let problem = NameRule.objectProblem(pipeline.name, limit: limits.pipelineName) {
            add(path["name"], problem)
        } else if pipeline.name == name {
            add(path["name"], "a pipeline cannot run itself")
        }
        for name in pipeline.params.keys.sorted() {
            let field = path["params"][name]
            if let problem = NameRule.valueProblem(name, limit: limits.valueName) { add(field, problem) }
            checkTexts(pipeline.params[name] ?? .null, field, place)
        }
    }

    private mutating func validateJob(
        _ job: TrainingJobTask, _ spec: PipelineSpec, _ path: FieldPath, _ place: ReferenceScope.Place
    ) {
        if let name = job.name, let problem = NameRule.objectProblem(name, limit: limits.runName) {
            add(path["name"], problem)
        }
        problems += TrainingJobValidator.validate(
            job.spec, defaults: spec.defaults, at: path["spec"], limits: limits)
        for site in job.spec.sites(at: path["spec"]) {
            switch site.kind {
            case .text: checkText(site.text, site.path, place)
            case .integer: checkValue(site.text, site.path, place, .integer)
            case .place: checkValue(site.text, site.path, place, .place, advice: Self.inputAdvice)
            }
        }
    }

    /// What `$(…)` leaves open is judged when the values are known.
    private mutating func validateService(
        _ service: InferenceServiceTask, _ path: FieldPath, _ place: ReferenceScope.Place
    ) {
        for site in service.sites(at: path) { checkText(site.text, site.path, place) }
        if !service.name.contains("$("),
            let problem = InferenceServiceValidator.nameProblem(service.name, limits: limits)
        {
            add(path["name"], problem)
        }
        guard !service.sites(at: path).contains(where: { $0.text.contains("$(") }) else { return }
        problems += InferenceServiceValidator.validate(json: service.spec, at: path["spec"], limits: limits)
    }

    private mutating func validateApproval(
        _ approval: ApprovalSpec, _ path: FieldPath, _ place: ReferenceScope.Place
    ) {
        checkText(approval.message, path["message"], place)
        if approval.timeout?.duration == .zero { add(path["timeout"], "must be longer than 0") }
        if approval.onTimeout != nil, approval.timeout == nil { add(path["onTimeout"], "needs a timeout beside it") }
    }

    private mutating func validateModel(_ model: ModelTask, _ path: FieldPath, _ place: ReferenceScope.Place) {
        checkModelName(model.name, path["name"])
        checkText(model.name, path["name"], place)
        if model.from.contains("://"), let problem = URIText.problem(model.from) {
            add(path["from"], problem)
        } else {
            checkValue(
                model.from, path["from"], place, .place,
                advice: "; write a reference such as tasks.fit.artifacts.model, or a URI")
        }
        for name in model.metrics.keys.sorted() {
            let field = path["metrics"][name]
            if let problem = NameRule.valueProblem(name, limit: limits.valueName, allowsHyphen: true) {
                add(field, problem)
            }
            guard let text = model.metrics[name]?.stringValue else { continue }
            checkValue(text, field, place, .number)
        }
        checkText(model.format, path["format"], place)
        checkText(model.alias, path["alias"], place)
        if let alias = model.alias, !alias.contains("$("), let problem = ModelName.aliasProblem(alias) {
            add(path["alias"], problem)
        }
        checkTexts(.object(model.params), path["params"], place)
        checkTexts(model.signature ?? .null, path["signature"], place)
    }

    mutating func checkModelName(_ name: String, _ path: FieldPath) {
        if let problem = ModelName.templateProblem(name) { add(path, problem) }
    }
}

extension TaskWork {
    fileprivate var canBeMapped: Bool {
        switch self {
        case .container, .pipeline, .trainingJob: true
        // What is not supported yet is told once.
        case .tuningJob: true
        case .check, .approval, .model, .inferenceService: false
        }
    }
}

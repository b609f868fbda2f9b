import KubernetesCore

/// Judges what can be judged of a container alone, be it a task's, a pipeline's defaults, a job's or a role's.
struct ContainerValidator {
    /// What a container stands in.
    enum Place {
        /// A pipeline, whose parameters and items its programs find in variables.
        case pipeline
        /// A TrainingJob of its own.
        case job
        /// A TrainingJob inside of another object, in whose strings `$(…)` is replaced before there is a job.
        case jobTemplate
        /// An InferenceService, in whose strings Kubernetes alone replaces `$(VARIABLE)`.
        case service
    }

    let limits: Limits
    private let place: Place
    private var problems: [InvalidField] = []

    /// What is wrong with a container; empty where nothing is.
    static func validate(
        _ container: ContainerSpec, in place: Place, at path: FieldPath, limits: Limits
    ) -> [InvalidField] {
        var validator = ContainerValidator(limits: limits, place: place)
        validator.validate(container, path)
        return validator.problems
    }

    private init(limits: Limits, place: Place) {
        self.limits = limits
        self.place = place
    }

    mutating func add(_ path: FieldPath, _ message: String) {
        problems.append(InvalidField(path: path.description, message: message))
    }

    private mutating func validate(_ container: ContainerSpec, _ path: FieldPath) {
        if let code = container.code { validateCode(code, path["code"]) }
        if let checkpoint = container.checkpoint { validateCheckpoint(checkpoint, path["checkpoint"]) }
        if let packages = container.packages { validatePackages(packages, path["packages"]) }
        if let profile = container.profile { checkName(profile, path["profile"]) }
        validateProgram(container, path)
        validateEnvironment(container.env, path["env"])
        validateVolumes(container, path)
        validateInputs(container.inputs, path["inputs"])
        problems += NameRule.listProblems(container.results.map(\.name), at: path["results"], limits: limits)
        problems += NameRule.listProblems(
            container.artifacts.map(\.name), at: path["artifacts"], limits: limits, allowsHyphen: true)
        for (index, artifact) in container.artifacts.enumerated() {
            guard let name = artifact.register, let problem = ModelName.templateProblem(name) else { continue }
            add(path["artifacts"][index]["register"], problem)
        }
        if let retry = container.retry { validateRetry(retry, path["retry"]) }
        validateTimeouts(container.timeouts, path["timeouts"])
        validateResources(container.resources, path["resources"])
        if let account = container.serviceAccount { checkName(account, path["serviceAccount"]) }
        for (index, name) in container.pullSecrets.enumerated() { checkName(name, path["pullSecrets"][index]) }
    }

    private mutating func checkName(_ name: String, _ path: FieldPath) {
        if let problem = NameRule.objectProblem(name) { add(path, problem) }
    }

    private mutating func validateProgram(_ container: ContainerSpec, _ path: FieldPath) {
        let given = [
            container.command == nil ? nil : "command", container.script == nil ? nil : "script",
            container.python == nil ? nil : "python",
        ].compactMap(\.self)
        if given.count > 1 {
            add(path, "takes only one of command, script, python, not \(given.joined(separator: ", "))")
        }
        if container.command?.isEmpty ?? false { add(path["command"], "must not be empty") }
        if container.script?.allSatisfy(\.isWhitespace) ?? false { add(path["script"], "must not be empty") }
        if container.python?.allSatisfy(\.isWhitespace) ?? false { add(path["python"], "must not be empty") }
        if let script = container.script { checkScript(script, path["script"]) { "\"$\($0)\"" } }
        if let python = container.python { checkScript(python, path["python"]) { "os.environ[\"\($0)\"]" } }
        for site in container.templateSites(at: path) where site.isScript {
            checkScript(site.text, site.path) { "\"$\($0)\"" }
        }
    }

    /// Tells `$(params.rows)` and its like in a text in which nothing is replaced.
    private mutating func checkScript(_ text: String, _ path: FieldPath, _ spelling: (String) -> String) {
        guard let found = ScriptReference.find(in: text) else { return }
        guard place == .pipeline else {
            return add(path, "\(found.text): nothing is replaced in a script; put it into env and use the variable")
        }
        switch found.root {
        case .params:
            let variable = spelling("PARAM_\(found.name.uppercased())")
            add(path, "\(found.text): nothing is replaced in a script; use \(variable)")
        case .item: add(path, "\(found.text): nothing is replaced in a script; use \(spelling("ITEM"))")
        case .itemIndex: add(path, "\(found.text): nothing is replaced in a script; use \(spelling("ITEM_INDEX"))")
        default:
            add(path, "\(found.text): nothing is replaced in a script; put it into env and use the variable")
        }
    }

    private mutating func validateEnvironment(_ env: [String: EnvValue], _ path: FieldPath) {
        for name in env.keys.sorted() {
            let place = path[name]
            if name == "true" || name == "false" {
                add(place, "\(Quoted.text(name)) as a variable's name: \(YAMLTrap.advice)")
            } else if name.isEmpty || name.contains("=") || !name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
                add(place, "\(Quoted.text(name)) is no name of a variable")
            } else if name.hasPrefix("FAIRLEAD_") {
                add(place, "names that begin with FAIRLEAD_ are reserved")
            }
            switch env[name] {
            case .secret(let object, let key), .config(let object, let key):
                checkName(object, place)
                if key.isEmpty { add(place["key"], "must not be empty") }
            default: break
            }
        }
    }

    private mutating func validateVolumes(_ container: ContainerSpec, _ path: FieldPath) {
        for name in container.files.keys.sorted() {
            let place = path["files"][name]
            checkMountPath(name, place)
            guard let source = container.files[name] else { continue }
            let names = [source.config, source.secret].compactMap(\.self)
            if names.count != 1 { add(place, "needs exactly one of config, secret") }
            for object in names { checkName(object, place) }
        }
        for name in container.mounts.keys.sorted() {
            let place = path["mounts"][name]
            checkMountPath(name, place)
            guard let source = container.mounts[name] else { continue }
            let names = [source.claim, source.config, source.secret].compactMap(\.self)
            if names.count != 1 { add(place, "needs exactly one of claim, config, secret") }
            for object in names { checkName(object, place) }
        }
    }

    private mutating func checkMountPath(_ name: String, _ path: FieldPath) {
        let steps = name.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = steps.allSatisfy { $0 != "." && $0 != ".." } && !name.contains(":") && !name.contains("\0")
        if !name.hasPrefix("/") || name == "/" || !isPlain {
            add(path, "must be an absolute path without \"..\" and \":\", not \(Quoted.text(name))")
        }
    }

    private mutating func validateInputs(_ inputs: [String: InputSource], _ path: FieldPath) {
        for name in inputs.keys.sorted() {
            guard let input = inputs[name] else { continue }
            let place = path[name]
            if let problem = NameRule.valueProblem(name, limit: limits.valueName, allowsHyphen: true) {
                add(place, problem)
            }
            let count = [input.from, input.uri, input.model].compactMap(\.self).count
            if count != 1 { add(place, "needs exactly one of from, uri, model") }
            if let uri = input.uri, let problem = URIText.problem(uri) { add(place["uri"], problem) }
            if let model = input.model, !model.contains("$(") { checkModel(model, place["model"]) }
        }
    }

    private mutating func checkModel(_ text: String, _ path: FieldPath) {
        do throws(ExpressionError) {
            _ = try ModelReference(parsing: text)
        } catch {
            add(path, error.message)
        }
    }

    private mutating func validateRetry(_ retry: RetrySpec, _ path: FieldPath) {
        if retry.scope != nil, place == .pipeline { add(path["scope"], "belongs to a TrainingJob") }
        if let max = retry.max, max < 0 || max > limits.retries {
            add(path["max"], "must be from 0 to \(limits.retries), not \(max)")
        }
        if let factor = retry.backoff?.factor, !(factor >= 1 && factor <= limits.backoffFactor) {
            add(path["backoff"]["factor"], "must be from 1 to \(Int(limits.backoffFactor))")
        }
        if let first = retry.backoff?.duration, let cap = retry.backoff?.cap, first.duration > cap.duration {
            add(path["backoff"]["duration"], "is longer than cap")
        }
        for (index, rule) in retry.rules.enumerated() where rule.onExitCodes == nil && rule.onReasons.isEmpty {
            add(path["rules"][index], "needs onExitCodes or onReasons")
        }
    }

    private mutating func validateTimeouts(_ timeouts: Timeouts?, _ path: FieldPath) {
        let fields = [("pending", timeouts?.pending), ("attempt", timeouts?.attempt), ("total", timeouts?.total)]
        for (name, value) in fields where value?.duration == .zero { add(path[name], "must be longer than 0") }
    }

    private mutating func validateResources(_ resources: ResourceNeeds?, _ path: FieldPath) {
        guard let resources else { return }
        let fields = [
            ("cpu", resources.cpu), ("memory", resources.memory), ("gpu", resources.gpu), ("shm", resources.shm),
            ("disk", resources.disk),
        ]
        for (name, value) in fields {
            guard let text = value?.text, !text.contains("$("), !QuantityText.isValid(text) else { continue }
            add(path[name], "\(QuantityText.expectation), not \(Quoted.text(text))")
        }
        if let text = resources.gpu?.text, !text.contains("$("), QuantityText.isValid(text), Int(text) == nil {
            add(path["gpu"], "must be a whole number, not \(Quoted.text(text))")
        }
    }
}

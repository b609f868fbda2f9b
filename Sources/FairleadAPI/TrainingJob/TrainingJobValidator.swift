public import KubernetesCore

/// The one judge of training jobs, for the controller and the command line.
public struct TrainingJobValidator {
    let limits: Limits
    private let place: ContainerValidator.Place
    private var problems: [InvalidField] = []

    /// What is wrong with a job, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ job: TrainingJob, limits: Limits = .published) -> [InvalidField] {
        let name = NameRule.objectProblem(job.metadata.name, limit: limits.runName)
        let problems = name.map { [InvalidField(path: "metadata.name", message: $0)] } ?? []
        switch job.spec {
        case .failure(let problem): return problems + problem.fields
        case .success(let spec): return problems + validate(spec, limits: limits)
        }
    }

    /// What is wrong with a job as JSON, unknown fields included; empty where nothing is.
    public static func validate(
        json: JSONValue, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        validate(json: json, at: path, in: .job, defaults: nil, limits)
    }

    /// What is wrong with a job; empty where nothing is.
    public static func validate(
        _ spec: TrainingJobSpec, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        validate(spec, at: path, in: .job, defaults: nil, limits)
    }

    /// What is wrong with a job whatever its `$(…)` come to; what they refer to is not judged here.
    static func validate(
        _ template: TrainingJobTemplate, defaults: ContainerSpec? = nil, at path: FieldPath, limits: Limits
    ) -> [InvalidField] {
        validate(json: template.known, at: path, in: .jobTemplate, defaults: defaults, limits)
    }

    private static func validate(
        json: JSONValue, at path: FieldPath, in place: ContainerValidator.Place, defaults: ContainerSpec?,
        _ limits: Limits
    ) -> [InvalidField] {
        let size = JSONWriter.bytes(json).count
        if size > limits.specBytes {
            let message = "has \(size) bytes as JSON; at most \(limits.specBytes) are allowed"
            return [InvalidField(path: path.description, message: message)]
        }
        let shape = SchemaChecker.check(json, against: TrainingJobSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<TrainingJobSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, at: path, in: place, defaults: defaults, limits)
        }
    }

    private static func validate(
        _ spec: TrainingJobSpec, at path: FieldPath, in place: ContainerValidator.Place, defaults: ContainerSpec?,
        _ limits: Limits
    ) -> [InvalidField] {
        var validator = TrainingJobValidator(limits: limits, place: place)
        validator.validateContainer(spec.container, spec, path)
        validator.validateRoles(spec, path)
        validator.validatePrograms(spec, defaults, path)
        validator.validateNodes(spec, path)
        validator.validateElastic(spec, path)
        validator.validateConduct(spec, path)
        return validator.problems
    }

    private init(limits: Limits, place: ContainerValidator.Place) {
        self.limits = limits
        self.place = place
    }

    mutating func add(_ path: FieldPath, _ message: String) {
        problems.append(InvalidField(path: path.description, message: message))
    }

    private mutating func validateContainer(_ container: ContainerSpec, _ spec: TrainingJobSpec, _ path: FieldPath) {
        problems += ContainerValidator.validate(container, in: place, at: path, limits: limits)
        let reserved = spec.effectiveFramework.reservedVariables(isElastic: spec.elastic != nil)
        for name in container.env.keys.sorted() where reserved.contains(name) {
            add(path["env"][name], "is set by Fairlead, so that the job's \(spec.effectiveFramework) processes meet")
        }
        for (index, override) in container.overrides.enumerated() {
            guard let role = override.target?.role else { continue }
            checkRole(role, spec, path["overrides"][index]["target"]["role"])
        }
        if place == .job { validateReferences(container, path) }
    }

    /// A job of its own has nothing to refer to.
    private mutating func validateReferences(_ container: ContainerSpec, _ path: FieldPath) {
        for site in container.templateSites(at: path) where !site.isScript {
            do throws(ExpressionError) {
                guard let reference = try site.template().references.first else { continue }
                add(
                    site.path,
                    "\(reference) has no value here: a TrainingJob knows no \(reference.root.rawValue); "
                        + "\"$$(\" writes a literal \"$(\"")
            } catch {
                add(site.path, "\(error)")
            }
        }
        for name in container.inputs.keys.sorted() {
            guard let text = container.inputs[name]?.from else { continue }
            add(
                path["inputs"][name],
                "\(Quoted.text(text)): a TrainingJob knows no tasks; name a URI, or a model by {model: churn@production}"
            )
        }
    }

    private mutating func validateRoles(_ spec: TrainingJobSpec, _ path: FieldPath) {
        for name in spec.roles.keys.sorted() {
            guard let role = spec.roles[name] else { continue }
            let place = path["roles"][name]
            guard checkRole(name, spec, place) else { continue }
            validateContainer(role.container, spec, place)
            let container = role.container
            let foreign: [(String, Bool)] = [
                ("retry", container.retry != nil), ("timeouts", container.timeouts != nil),
                ("results", !container.results.isEmpty), ("artifacts", !container.artifacts.isEmpty),
                ("checkpoint", container.checkpoint != nil),
            ]
            for (field, isGiven) in foreign where isGiven {
                add(place[field], "belongs to the job, and not to one of its roles")
            }
            guard let nodes = role.nodes else { continue }
            if name == RoleName.worker, spec.nodes != nil {
                add(place["nodes"], "is the same as \(path["nodes"]); give one of them")
            } else if name != RoleName.worker, name != RoleName.ps, nodes != 1 {
                add(place["nodes"], "must be 1, not \(nodes): a job has one \(name)")
            }
        }
    }

    @discardableResult
    private mutating func checkRole(_ name: String, _ spec: TrainingJobSpec, _ path: FieldPath) -> Bool {
        let framework = spec.effectiveFramework
        if framework.roles.contains(name) { return true }
        let names = framework.roles.joined(separator: ", ")
        let suggestion = NearestName.suggestion(name, among: framework.roles)
        add(path, "framework \(framework.rawValue) has no role \(Quoted.text(name)): it has \(names)\(suggestion)")
        return false
    }

    private mutating func validatePrograms(_ spec: TrainingJobSpec, _ defaults: ContainerSpec?, _ path: FieldPath) {
        var known: Set<String> = []
        for role in spec.roleNames {
            let container = spec.container(of: role).merged(over: defaults)
            if !container.hasProgram, known.insert("program").inserted {
                add(path, "needs one of command, script, python")
            }
            if container.image?.isEmpty ?? true, known.insert("image").inserted {
                add(path["image"], "is required\(defaults == nil ? "" : ", here or in defaults")")
            }
        }
    }

    private mutating func validateNodes(_ spec: TrainingJobSpec, _ path: FieldPath) {
        let given = [(path["nodes"], spec.nodes)] + spec.roles.map { (path["roles"][$0.key]["nodes"], $0.value.nodes) }
        let wrong = given.filter { $0.1.map { $0 < 1 || $0 > limits.jobNodes } ?? false }
        for (place, nodes) in wrong.sorted(by: { $0.0.description < $1.0.description }) {
            add(place, "must be from 1 to \(limits.jobNodes), not \(nodes ?? 0)")
        }
        if wrong.isEmpty, spec.totalNodes > limits.jobNodes {
            add(path, "has \(spec.totalNodes) nodes with its roles; at most \(limits.jobNodes) are allowed")
        }
        guard case .count(let count)? = spec.processesPerNode else { return }
        if !(1...limits.processesPerNode).contains(count) {
            add(path["processesPerNode"], "must be Auto or from 1 to \(limits.processesPerNode), not \(count)")
        } else if count > 1, !spec.effectiveFramework.countsProcesses {
            let name = spec.effectiveFramework.rawValue
            add(path["processesPerNode"], "framework \(name) is told of one process a node, not of \(count)")
        }
    }

    private mutating func validateElastic(_ spec: TrainingJobSpec, _ path: FieldPath) {
        guard let elastic = spec.elastic else { return }
        let framework = spec.effectiveFramework
        guard framework.isElastic else {
            let names = Framework.allCases.filter(\.isElastic).map(\.rawValue).joined(separator: ", ")
            return add(
                path["elastic"],
                "framework \(framework.rawValue) has a fixed number of processes; elastic are \(names)")
        }
        for (name, nodes) in [("minNodes", elastic.minNodes), ("maxNodes", elastic.maxNodes)] {
            guard let nodes, nodes < 1 || nodes > limits.jobNodes else { continue }
            add(path["elastic"][name], "must be from 1 to \(limits.jobNodes), not \(nodes)")
        }
        let nodes = spec.roles[RoleName.worker]?.nodes ?? spec.nodes
        if let least = elastic.minNodes, let most = elastic.maxNodes, least > most {
            add(path["elastic"]["minNodes"], "must be at most maxNodes (\(most)), not \(least)")
        } else if let least = elastic.minNodes, let nodes, least > nodes {
            add(path["elastic"]["minNodes"], "must be at most nodes (\(nodes)), not \(least)")
        } else if let most = elastic.maxNodes, let nodes, most < nodes {
            add(path["elastic"]["maxNodes"], "must be at least nodes (\(nodes)), not \(most)")
        }
        if spec.container.retry?.scope == .gang {
            add(path["retry"]["scope"], "must be Replica in an elastic job, which goes on without a lost one")
        }
    }

    private mutating func validateConduct(_ spec: TrainingJobSpec, _ path: FieldPath) {
        if let seconds = spec.activeDeadlineSeconds, seconds < 1 {
            add(path["activeDeadlineSeconds"], "must be at least 1, not \(seconds)")
        }
        if let seconds = spec.ttlSecondsAfterFinished, seconds < 0 {
            add(path["ttlSecondsAfterFinished"], "must be at least 0, not \(seconds)")
        }
        if let queue = spec.queue, let problem = NameRule.objectProblem(queue, limit: limits.runName) {
            add(path["queue"], problem)
        }
        if let priority = spec.priority, let problem = NameRule.objectProblem(priority) {
            add(path["priority"], problem)
        }
        if let manager = spec.managedBy, !Self.isDomainPath(manager) {
            add(
                path["managedBy"],
                "must be a name with its domain, such as \(TrainingJobSpec.controllerName), not \(Quoted.text(manager))"
            )
        }
        guard let pattern = spec.progress?.pattern else { return }
        do throws(ProgressPattern.Problem) {
            _ = try ProgressPattern(pattern)
        } catch {
            add(path["progress"]["pattern"], error.description)
        }
    }

    /// `domain/path`, of at most 63 characters, as a Job's `managedBy` is.
    private static func isDomainPath(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 63, !parts[1].isEmpty else { return false }
        return NameRule.objectProblem(String(parts[0])) == nil && parts[1].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

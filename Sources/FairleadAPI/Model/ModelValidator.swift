public import KubernetesCore

/// The one judge of models, for the controller and the command line.
public enum ModelValidator {
    /// What is wrong with a model, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ model: Model) -> [InvalidField] {
        let problems = nameProblem(model.metadata.name)
        switch model.spec {
        case .failure(let problem): return problems + problem.fields
        case .success(let spec): return problems + validate(spec)
        }
    }

    /// What is wrong with a model's spec as JSON, unknown fields included; empty where nothing is.
    public static func validate(json: JSONValue, at path: FieldPath = FieldPath("spec")) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: ModelSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<ModelSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, at: path)
        }
    }

    /// What is wrong with a model's spec; empty where nothing is.
    ///
    /// Whether a pinned version exists is told by the model's status alone.
    public static func validate(_ spec: ModelSpec, at path: FieldPath = FieldPath("spec")) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ path: FieldPath, _ message: String) {
            problems.append(InvalidField(path: path.description, message: message))
        }
        for (alias, version) in spec.aliases.sorted(by: { $0.key < $1.key }) {
            let place = path["aliases"][alias]
            if let problem = ModelName.aliasProblem(alias) { add(place, "the alias \(problem)") }
            if version.text != ModelName.noVersion, ModelName.number(version.text) == nil {
                add(place, "\(ModelName.numberProblem(version.text)); None points nowhere")
            }
        }
        for (index, rule) in spec.promote.enumerated() {
            problems += validate(rule, of: spec, at: path["promote"][index])
        }
        let targets = Set(spec.promote.map(\.to))
        for (alias, decisions) in spec.approvals.sorted(by: { $0.key < $1.key }) {
            let place = path["approvals"][alias]
            if !targets.contains(alias) {
                let hint = NearestName.suggestion(alias, among: targets)
                add(place, "no rule in \(path["promote"]) promotes to \(Quoted.text(alias))\(hint)")
            }
            for version in decisions.keys.sorted() where ModelName.number(version) == nil {
                add(place[version], "the key \(ModelName.numberProblem(version))")
            }
        }
        return problems
    }

    private static func validate(
        _ rule: PromotionRule, of spec: ModelSpec, at path: FieldPath
    ) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ name: String, _ message: String) {
            problems.append(InvalidField(path: path[name].description, message: message))
        }
        for (name, alias) in [("from", rule.from), ("to", rule.to)] {
            if let problem = ModelName.aliasProblem(alias) { add(name, "the alias \(problem)") }
        }
        if rule.from == rule.to { add("to", "must be another alias than \(Quoted.text(rule.from)), from which it is") }
        if let when = rule.when {
            do throws(ExpressionError) {
                _ = try PromotionCondition(when, aliases: aliases(of: spec))
            } catch {
                add("when", error.description)
            }
        }
        return problems
    }

    /// The aliases that a model's spec names: the variables of its conditions.
    public static func aliases(of spec: ModelSpec) -> Set<String> {
        Set(spec.aliases.keys).union(spec.promote.flatMap { [$0.from, $0.to] })
    }

    private static func nameProblem(_ name: String) -> [InvalidField] {
        ModelName.problem(name).map { [InvalidField(path: "metadata.name", message: $0)] } ?? []
    }
}

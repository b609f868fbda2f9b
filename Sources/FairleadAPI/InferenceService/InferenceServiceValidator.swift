public import KubernetesCore

/// The one judge of inference services, for the controller and the command line.
public struct InferenceServiceValidator {
    let limits: Limits
    private var problems: [InvalidField] = []

    /// What is wrong with a service, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ service: InferenceService, limits: Limits = .published) -> [InvalidField] {
        let name = nameProblem(service.metadata.name, limits: limits)
        let problems = name.map { [InvalidField(path: "metadata.name", message: $0)] } ?? []
        switch service.spec {
        case .failure(let problem): return problems + problem.fields
        case .success(let spec): return problems + validate(spec, limits: limits)
        }
    }

    /// What is wrong with a service's spec as JSON, unknown fields included; empty where nothing is.
    public static func validate(
        json: JSONValue, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: InferenceServiceSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<InferenceServiceSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, at: path, limits: limits)
        }
    }

    /// What is wrong with a service's spec; empty where nothing is.
    public static func validate(
        _ spec: InferenceServiceSpec, at path: FieldPath = FieldPath("spec"), limits: Limits = .published
    ) -> [InvalidField] {
        var validator = InferenceServiceValidator(limits: limits)
        validator.validateModels(spec, path)
        validator.validateContainers(spec, path)
        validator.validateReplicas(spec.replicas, path["replicas"])
        validator.validateScale(spec.scale, path["scale"])
        validator.validateTimeouts(spec.timeouts, path["timeouts"])
        validator.validateRollout(spec.rollout, path["rollout"])
        validator.validateTraffic(spec, path)
        return validator.problems
    }

    /// Why a text is no name of a service, nil where it is one: a Service of Kubernetes has it too.
    static func nameProblem(_ name: String, limits: Limits) -> String? {
        if let problem = NameRule.labelProblem(name, limit: limits.serviceName) { return problem }
        let isLetter = name.utf8.first.map { $0 >= UInt8(ascii: "a") } ?? false
        return isLetter ? nil : "must begin with a letter, as the name of a Service does"
    }

    private init(limits: Limits) { self.limits = limits }

    mutating func add(_ path: FieldPath, _ message: String) {
        problems.append(InvalidField(path: path.description, message: message))
    }

    mutating func add(_ path: FieldPath, problem: String?) {
        if let problem { add(path, problem) }
    }

    private mutating func validateModels(_ spec: InferenceServiceSpec, _ path: FieldPath) {
        let isOwn = spec.container.image != nil
        switch (spec.model, spec.variants.isEmpty) {
        case (_?, false): add(path, "takes only one of model, variants")
        case (nil, true) where !isOwn:
            add(path, "needs a model, variants, or an image of its own: model: churn@production or {uri: …, format: …}")
        case (let model?, true): validateModel(model, hasRuntime: isOwn || spec.runtime != nil, path["model"])
        case (nil, false): validateVariants(spec, path["variants"])
        default: break
        }
        add(path["runtime"], problem: spec.runtime.flatMap { NameRule.objectProblem($0) })
        if spec.runtime != nil, isOwn, spec.model == nil, spec.variants.isEmpty {
            add(path["runtime"], "serves a model: name one, or leave the runtime out")
        }
        guard let mirror = spec.mirror else { return }
        validateModel(
            mirror.model, hasRuntime: isOwn || (mirror.runtime ?? spec.runtime) != nil, path["mirror"]["model"])
        add(path["mirror"]["runtime"], problem: mirror.runtime.flatMap { NameRule.objectProblem($0) })
    }

    private mutating func validateModel(_ model: ServedModel, hasRuntime: Bool, _ path: FieldPath) {
        guard case .stored(let uri, let format, _) = model else { return }
        add(path["uri"], problem: ModelURI.problem(uri))
        if let format, format.isEmpty || format.contains(where: \.isWhitespace) {
            add(path["format"], "must be a format such as sklearn, not \(Quoted.text(format))")
        } else if format == nil, !hasRuntime {
            add(path["format"], "is required, unless runtime or image is given: sklearn, xgboost, onnx, huggingface, …")
        }
    }

    private mutating func validateVariants(_ spec: InferenceServiceSpec, _ path: FieldPath) {
        if spec.variants.count > limits.variants {
            return add(path, "holds \(spec.variants.count) elements; at most \(limits.variants) are allowed")
        }
        var seen: Set<String> = []
        for (index, variant) in spec.variants.enumerated() {
            let place = path[index]
            if let problem = NameRule.labelProblem(variant.name, limit: limits.variantName) {
                add(place["name"], problem)
            } else if variant.name == Self.mirrorName {
                add(place["name"], "\"\(variant.name)\" is the mirror's name; choose another")
            }
            if !seen.insert(variant.name).inserted {
                add(place["name"], "duplicate name \(Quoted.text(variant.name))")
            }
            add(place["runtime"], problem: variant.runtime.flatMap { NameRule.objectProblem($0) })
            let hasImage = (variant.container.image ?? spec.container.image) != nil
            if let model = variant.model {
                let hasRuntime = hasImage || (variant.runtime ?? spec.runtime) != nil
                validateModel(model, hasRuntime: hasRuntime, place["model"])
            } else if !hasImage {
                add(place["model"], "is required, unless the variant has an image of its own")
            }
            validateContainer(variant.container, place)
        }
        validateWeights(spec, path)
    }

    private mutating func validateWeights(_ spec: InferenceServiceSpec, _ path: FieldPath) {
        let given = spec.variants.compactMap(\.weight)
        if given.contains(where: { !(0...100).contains($0) }) { return }
        let sum = given.reduce(0, +)
        if given.count == spec.variants.count, sum != 100 {
            let list = given.map(String.init).joined(separator: " + ")
            add(path, "the weights must sum to 100, not \(list) = \(sum)")
        } else if sum > 100 {
            add(path, "the weights must sum to at most 100, not \(sum)")
        }
    }

    /// The name that a mirror has among the variants.
    static let mirrorName = "mirror"

    private mutating func validateContainers(_ spec: InferenceServiceSpec, _ path: FieldPath) {
        validateContainer(spec.container, path)
        add(path["port"], problem: Self.portProblem(spec.port))
        for (name, component) in [("transformer", spec.transformer), ("explainer", spec.explainer)] {
            guard let component else { continue }
            validateContainer(component.container, path[name])
            add(path[name]["port"], problem: Self.portProblem(component.port))
            if component.container.image?.isEmpty ?? true { add(path[name]["image"], "is required") }
        }
    }

    private mutating func validateContainer(_ container: ContainerSpec, _ path: FieldPath) {
        problems += ContainerValidator.validate(container, in: .service, at: path, limits: limits)
        if container.image?.isEmpty ?? false { add(path["image"], "must not be empty") }
        for (index, override) in container.overrides.enumerated() {
            guard let role = override.target?.role else { continue }
            let names = ServiceComponent.allCases.map(\.rawValue)
            if !names.contains(role) {
                add(path["overrides"][index]["target"]["role"], NearestName.notOneOf(names, given: role))
            }
        }
    }

    static func portProblem(_ port: Int?) -> String? {
        guard let port, !(1...65_535).contains(port) else { return nil }
        return "must be from 1 to 65535, not \(port)"
    }
}

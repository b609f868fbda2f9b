public import KubernetesCore

/// The one judge of runtimes, for the controller and the command line.
public enum ServingRuntimeValidator {
    /// What is wrong with a spec that may not have been readable; empty where nothing is.
    public static func validate(_ spec: Decoded<ServingRuntimeSpec>) -> [InvalidField] {
        switch spec {
        case .failure(let problem): problem.fields
        case .success(let spec): validate(spec)
        }
    }

    /// What is wrong with a runtime's spec as JSON, unknown fields included; empty where nothing is.
    public static func validate(json: JSONValue, at path: FieldPath = FieldPath("spec")) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: ServingRuntimeSpec.schema, at: path)
        return shape.isEmpty ? validate(Decoded<ServingRuntimeSpec>(json, at: path)) : shape
    }

    /// What is wrong with a runtime's spec; empty where nothing is.
    public static func validate(_ spec: ServingRuntimeSpec, at path: FieldPath = FieldPath("spec")) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ path: FieldPath, _ message: String) {
            problems.append(InvalidField(path: path.description, message: message))
        }
        if spec.containers.isEmpty { add(path["containers"], "needs the server's container") }
        var seen: Set<String> = []
        for (index, container) in spec.containers.enumerated() {
            let place = path["containers"][index]
            if let name = container["name"]?.stringValue {
                if NameRule.labelProblem(name, limit: 63) != nil {
                    let form = "must be a name of lower-case letters, digits and \"-\""
                    add(place["name"], "\(form), not \(Quoted.text(name))")
                } else if !seen.insert(name).inserted {
                    add(place["name"], "duplicate name \(Quoted.text(name))")
                }
            } else if spec.containers.count > 1 {
                add(place["name"], "is required where there are several containers")
            }
            if container["image"]?.stringValue?.isEmpty ?? true { add(place["image"], "is required") }
        }
        for (index, format) in spec.supportedModelFormats.enumerated() where format.name.isEmpty {
            add(path["supportedModelFormats"][index]["name"], "must not be empty")
        }
        if let template = spec.podTemplate, template.objectValue == nil {
            add(path["podTemplate"], "must be an object with metadata and spec")
        }
        return problems
    }
}

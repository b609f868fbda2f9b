public import KubernetesCore

/// The one judge of ClusterProfiles.
public enum ClusterProfileValidator {
    /// What is wrong with a spec as JSON, unknown fields included; empty where nothing is.
    public static func validate(json: JSONValue, at path: FieldPath = FieldPath("spec")) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: ClusterProfileSpec.schema, at: path)
        return shape.isEmpty ? validate(Decoded<ClusterProfileSpec>(json, at: path), at: path) : shape
    }

    /// What is wrong with a spec; empty where nothing is.
    public static func validate(
        _ decoded: Decoded<ClusterProfileSpec>, at path: FieldPath = FieldPath("spec")
    ) -> [InvalidField] {
        switch decoded {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, path)
        }
    }

    private static func validate(_ spec: ClusterProfileSpec, _ path: FieldPath) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ path: FieldPath, _ message: String) {
            problems.append(InvalidField(path: path.description, message: message))
        }
        for (name, needs) in [("resources", spec.resources), ("max", spec.max)] {
            for (field, text) in needs?.quantities ?? [] where !QuantityText.isValid(text) {
                add(path[name][field], "\(QuantityText.expectation), not \(Quoted.text(text))")
            }
        }
        if spec.max?.gpuType != nil { add(path["max"]["gpuType"], "a kind has no most; leave it out") }
        let patches =
            [("pod", spec.pod), ("spot", spec.spot)].map { (path[$0.0], $0.1) }
            + spec.gpuTypes.sorted { $0.key < $1.key }.map { (path["gpuTypes"][$0.key], $0.value) }
        for (place, patch) in patches {
            for name in patch?.objectValue?.keys.sorted() ?? [] where name != "metadata" && name != "spec" {
                add(place[name], "a pod has metadata and spec; write {spec: {\(name): …}}")
            }
        }
        if let registry = spec.images?.registry, registry.isEmpty || registry.contains("://") {
            add(
                path["images"]["registry"],
                "must be a registry such as registry.example.com, not \(Quoted.text(registry))")
        }
        if let index = spec.packages?.index, !index.hasPrefix("https://"), !index.hasPrefix("http://") {
            add(
                path["packages"]["index"],
                "must be a URL such as https://pypi.example.com/simple, not \(Quoted.text(index))")
        }
        if let artifacts = spec.artifacts, !artifacts.contains("://") {
            add(path["artifacts"], "must be a URI such as s3://artifacts/runs, not \(Quoted.text(artifacts))")
        }
        return problems
    }
}

extension ResourceNeeds {
    /// Every quantity that is given, by its field.
    public var quantities: [(field: String, text: String)] {
        [("cpu", cpu), ("memory", memory), ("gpu", gpu), ("shm", shm), ("disk", disk)]
            .compactMap { field, value in value.map { (field, $0.text) } }
    }
}

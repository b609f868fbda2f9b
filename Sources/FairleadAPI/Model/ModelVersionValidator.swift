public import KubernetesCore

/// The one judge of versions of models, for the controller and the command line.
public enum ModelVersionValidator {
    /// What is wrong with a version, its name and a spec that could not be read included; empty where nothing is.
    public static func validate(_ version: ModelVersion) -> [InvalidField] {
        switch version.spec {
        case .failure(let problem): return problem.fields
        case .success(let spec):
            // A change of the spec counts the generation up, and so does the wish to delete the object.
            let unchanged: Int64 = version.metadata.isBeingDeleted ? 2 : 1
            if let generation = version.metadata.generation, generation > unchanged {
                let message = "was changed after it was made, and a version never changes: make a new one"
                return [InvalidField(path: "spec", message: message)]
            }
            return validate(spec) + nameProblem(version.metadata.name, spec)
        }
    }

    /// What is wrong with a version's spec as JSON, unknown fields included; empty where nothing is.
    ///
    /// - Parameters:
    ///   - json: The spec.
    ///   - name: The object's name, nil where it is not to be judged.
    ///   - path: Where the spec stands.
    public static func validate(
        json: JSONValue, name: String?, at path: FieldPath = FieldPath("spec")
    ) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: ModelVersionSpec.schema, at: path)
        if !shape.isEmpty { return shape }
        switch Decoded<ModelVersionSpec>(json, at: path) {
        case .failure(let problem): return problem.fields
        case .success(let spec):
            return validate(spec, at: path) + (name.map { nameProblem($0, spec) } ?? [])
        }
    }

    /// What is wrong with a version's spec; empty where nothing is.
    public static func validate(
        _ spec: ModelVersionSpec, at path: FieldPath = FieldPath("spec")
    ) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ path: FieldPath, _ message: String) {
            problems.append(InvalidField(path: path.description, message: message))
        }
        if let problem = ModelName.problem(spec.model) { add(path["model"], problem) }
        if ModelName.number(spec.version.text) == nil {
            add(path["version"], ModelName.numberProblem(spec.version.text))
        }
        if !spec.uri.contains("://") {
            add(path["uri"], "must be a URI such as s3://models/churn/7, not \(Quoted.text(spec.uri))")
        }
        if let problem = digestProblem(spec.digest) { add(path["digest"], problem) }
        if let size = spec.size, size < 0 { add(path["size"], "must be at least 0, not \(size)") }
        if spec.metrics[""] != nil { add(path["metrics"], "a metric needs a name") }
        for (index, parent) in (spec.lineage?.parents ?? []).enumerated() {
            do throws(ExpressionError) {
                _ = try ModelReference(parsing: parent)
            } catch {
                add(path["lineage"]["parents"][index], error.description)
            }
        }
        return problems
    }

    /// What is wrong with a signature as JSON, unknown fields included; empty where nothing is.
    public static func validate(signature: JSONValue, at path: FieldPath) -> [InvalidField] {
        SchemaChecker.check(signature, against: ModelSignature.schema, at: path)
    }

    private static func nameProblem(_ name: String, _ spec: ModelVersionSpec) -> [InvalidField] {
        let expected = "\(spec.model)-\(spec.version.text)"
        guard name != expected else { return [] }
        let message = "must be \(Quoted.text(expected)), which its spec says, not \(Quoted.text(name))"
        return [InvalidField(path: "metadata.name", message: message)]
    }

    private static func digestProblem(_ digest: String?) -> String? {
        guard let digest else { return nil }
        let hexadecimal = digest.dropFirst("sha256:".count)
        let isDigest =
            digest.hasPrefix("sha256:") && hexadecimal.utf8.count == 64
            && hexadecimal.utf8.allSatisfy { byte in
                (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
                    || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"))
            }
        return isDigest ? nil : "must be sha256: and 64 hexadecimal digits, not \(Quoted.text(digest))"
    }
}

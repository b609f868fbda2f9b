public import KubernetesCore

/// The one judge of Connections and ClusterConnections.
public enum ConnectionValidator {
    /// What is wrong with a spec as JSON, unknown fields included; empty where nothing is.
    public static func validate(json: JSONValue, at path: FieldPath = FieldPath("spec")) -> [InvalidField] {
        let shape = SchemaChecker.check(json, against: ConnectionSpec.schema, at: path)
        return shape.isEmpty ? validate(Decoded<ConnectionSpec>(json, at: path), at: path) : shape
    }

    /// What is wrong with a spec; empty where nothing is.
    public static func validate(
        _ decoded: Decoded<ConnectionSpec>, at path: FieldPath = FieldPath("spec")
    ) -> [InvalidField] {
        switch decoded {
        case .failure(let problem): return problem.fields
        case .success(let spec): return validate(spec, path)
        }
    }

    private static func validate(_ spec: ConnectionSpec, _ path: FieldPath) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ path: FieldPath, _ message: String?) {
            if let message { problems.append(InvalidField(path: path.description, message: message)) }
        }
        if spec.uris.isEmpty { add(path["uris"], "needs at least one, such as s3://raw/") }
        for (index, uri) in spec.uris.enumerated() {
            add(path["uris"][index], problem(withURI: uri, example: example(spec.type)))
            if spec.uris[..<index].contains(uri) { add(path["uris"][index], "stands twice") }
        }
        if let endpoint = spec.endpoint, endpoint.isEmpty || endpoint.contains(where: \.isWhitespace) {
            add(path["endpoint"], "must be an address such as https://minio.example.com, not \(Quoted.text(endpoint))")
        }
        add(path["secret"], spec.secret.flatMap { NameRule.objectProblem($0) })
        for name in spec.variables.keys.sorted() where !isVariable(name) {
            add(path["variables"][name], "must be a variable of rclone's type, such as region")
        }
        if let artifacts = spec.artifacts {
            if !spec.type.isStorage {
                add(path["artifacts"], "can't be kept in a connection of type \(spec.type.rawValue)")
            } else if spec.prefix(of: artifacts) == nil {
                add(path["artifacts"], "must lie under one of uris, not \(Quoted.text(artifacts))")
            }
        }
        return problems
    }

    /// Why a text is no URI of another place, nil where it is one.
    static func problem(withURI uri: String, example: String) -> String? {
        let parts = uri.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, isScheme(parts[0]), !parts[1].hasPrefix("/"),
            !uri.contains(where: { $0.isWhitespace || $0 == "$" })
        else { return "must be a URI such as \(example), not \(Quoted.text(uri))" }
        if parts[0] == "file" || parts[0] == "pvc" { return "\(parts[0]):// needs no connection" }
        return nil
    }

    private static func example(_ type: ConnectionType) -> String {
        switch type {
        case .git: "https://git.example.com/team/"
        case .registry: "oci://registry.example.com/"
        case .pypi: "https://pypi.example.com/simple/"
        default: "\(type.rawValue)://folder/"
        }
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLower(first) else { return false }
        return text.utf8.allSatisfy { isLower($0) || isDigit($0) || [0x2B, 0x2D, 0x2E].contains($0) }
    }

    private static func isVariable(_ name: String) -> Bool {
        !name.isEmpty && name != "type" && name.utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == 0x5F }
    }

    private static func isLower(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

import KubernetesCore

/// The query parameters that several verbs share.
struct RequestOptions: Sendable {
    /// What happens to members that the schema does not know.
    enum FieldValidation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    var isDryRun = false
    var fieldManager: String
    var fieldValidation = FieldValidation.warn
    var force = false

    /// The options of the server's own writes.
    init(fieldManager: String) { self.fieldManager = fieldManager }

    /// Reads the parameters of a write.
    ///
    /// - Throws: 422 for values that do not exist.
    init(_ request: APIRequest, kind: String) throws(Status) {
        let agent = request.header("user-agent").map { $0.prefix { $0 != "/" } } ?? ""
        let given = request.query("fieldManager") ?? ""
        fieldManager = given.isEmpty ? (agent.isEmpty ? "unknown" : String(agent)) : given
        force = request.flag("force")
        var errors: [FieldError] = []
        let dryRun = request.query.filter { $0.name == "dryRun" }.map(\.value)
        if !dryRun.isEmpty {
            isDryRun = true
            if dryRun.contains(where: { $0 != "All" }) {
                errors.append(
                    .notSupported("dryRun", .array(dryRun.map { .string($0) }), supported: ["All"]))
            }
        }
        if given.utf8.count > 128 {
            errors.append(.tooLong("fieldManager", maxBytes: 128))
        }
        let isPrintable = given.unicodeScalars.allSatisfy { scalar in
            ![.control, .format, .surrogate, .unassigned].contains(scalar.properties.generalCategory)
        }
        if !isPrintable {
            errors.append(
                .invalid("fieldManager", .string(given), "should only contain printable characters"))
        }
        if let text = request.query("fieldValidation"), !text.isEmpty {
            if let value = FieldValidation(rawValue: text) {
                fieldValidation = value
            } else {
                errors.append(
                    .notSupported("fieldValidation", .string(text), supported: ["", "Ignore", "Strict", "Warn"]))
            }
        }
        if !errors.isEmpty { throw Status.invalidOptions(kind, errors) }
    }
}

extension APIRequest {
    /// A header's value, whatever the case of its name.
    func header(_ name: String) -> String? {
        if let value = headers[name] { return value }
        return headers.first { $0.key.lowercased() == name }?.value
    }

    /// A boolean parameter as Kubernetes reads it: everything but `false` and `0` is true.
    func flag(_ name: String) -> Bool {
        guard let value = query(name) else { return false }
        return value != "false" && value != "0"
    }

    /// An integer parameter; nil where it is missing or empty.
    ///
    /// - Throws: 400.
    func integer(_ name: String) throws(Status) -> Int64? {
        guard let text = query(name), !text.isEmpty else { return nil }
        guard let number = Int64(text) else {
            throw Status.badRequest("strconv.ParseInt: parsing \(JSONWriter.string(.string(text))): invalid syntax")
        }
        return number
    }

    /// The media type of the body, without parameters.
    var mediaType: String? {
        header("content-type")?.split(separator: ";").first.map { $0.trimmed.lowercased() }
    }
}

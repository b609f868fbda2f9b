public import KubernetesCore

/// What the server makes of CustomResourceDefinitions: their defaults and their validation.
public enum CustomResourceDefinitions {
    /// A definition with the defaults of its names, conversion and status.
    ///
    /// For a create; an update keeps the status of the old object in its place.
    public static func defaulted(_ definition: JSONValue) -> JSONValue {
        var definition = definition
        var spec = definition["spec"] ?? .object([:])
        definition["spec"] = nil
        var names = spec["names"] ?? .object([:])
        if let kind = names["kind"]?.stringValue, !kind.isEmpty {
            if (names["singular"]?.stringValue ?? "").isEmpty { names["singular"] = .string(kind.lowercased()) }
            if (names["listKind"]?.stringValue ?? "").isEmpty { names["listKind"] = .string("\(kind)List") }
            spec["names"] = names
        }
        if spec["conversion"] == nil { spec["conversion"] = ["strategy": "None"] }
        if spec["preserveUnknownFields"]?.boolValue == false { spec["preserveUnknownFields"] = nil }
        let stored = (spec["versions"]?.arrayValue ?? []).filter { $0["storage"]?.boolValue == true }
        definition["spec"] = spec
        if definition["status"]?["conditions"] == nil {
            definition["status"] = [
                "conditions": .null, "acceptedNames": ["plural": "", "kind": ""],
                "storedVersions": .array(stored.compactMap { $0["name"] }),
            ]
        }
        return definition
    }

    /// What is wrong with a definition, for a create.
    public static func validate(_ definition: JSONValue) -> [FieldError] {
        let spec = definition["spec"] ?? .object([:])
        var errors: [FieldError] = []
        let group = spec["group"]?.stringValue ?? ""
        let plural = spec["names"]?["plural"]?.stringValue ?? ""
        if let name = definition["metadata"]?["name"]?.stringValue, name != "\(plural).\(group)" {
            errors.append(
                .invalid("metadata.name", .string(name), "must be spec.names.plural+\".\"+spec.group"))
        }
        errors += validateGroup(group)
        errors += validateScope(spec)
        errors += validateNames(spec["names"])
        errors += validateVersions(spec)
        return errors
    }

    /// What is wrong with the change of a definition.
    public static func validateUpdate(_ new: JSONValue, old: JSONValue) -> [FieldError] {
        var errors = validate(new)
        let isEstablished = (old["status"]?["conditions"]?.arrayValue ?? []).contains {
            $0["type"]?.stringValue == "Established" && $0["status"]?.stringValue == "True"
        }
        let fixed = isEstablished ? [["group"], ["scope"], ["names", "kind"], ["names", "plural"]] : [["group"]]
        for path in fixed where new[path: ["spec"] + path] != old[path: ["spec"] + path] {
            let field = (["spec"] + path).joined(separator: ".")
            // A new group or plural breaks the rule about the object's name too; the change is what people want told.
            errors.removeAll { $0.path == "metadata.name" }
            errors.append(.invalid(field, new[path: ["spec"] + path] ?? "", "field is immutable"))
        }
        return errors
    }

    /// Remarks on a definition, for the header `Warning`.
    public static func warnings(_ definition: JSONValue) -> [String] {
        var formats: Set<String> = []
        func collect(_ schema: ObjectSchema) {
            if let format = schema.format { formats.insert(format) }
            schema.properties.values.forEach(collect)
            if let items = schema.items { collect(items) }
            if let values = schema.additionalProperties { collect(values) }
        }
        for version in definition["spec"]?["versions"]?.arrayValue ?? [] {
            if let schema = version["schema"]?["openAPIV3Schema"] { collect(ObjectSchema(openAPI: schema)) }
        }
        return formats.subtracting(SchemaFormats.known).subtracting(SchemaFormats.numeric).sorted()
            .map { "unrecognized format \"\($0)\"" }
    }

    private static func validateGroup(_ group: String) -> [FieldError] {
        if group.isEmpty { return [.required("spec.group")] }
        var errors = NameRules.subdomain(group).map { FieldError.invalid("spec.group", .string(group), $0) }
        if errors.isEmpty, !group.contains(".") {
            errors.append(.invalid("spec.group", .string(group), "should be a domain with at least one dot"))
        }
        return errors
    }

    private static func validateScope(_ spec: JSONValue) -> [FieldError] {
        let scope = spec["scope"]?.stringValue ?? ""
        if scope.isEmpty { return [.required("spec.scope")] }
        if scope == "Cluster" || scope == "Namespaced" { return [] }
        return [.notSupported("spec.scope", .string(scope), supported: ["Cluster", "Namespaced"])]
    }

    private static func validateNames(_ names: JSONValue?) -> [FieldError] {
        var errors: [FieldError] = []
        for field in ["plural", "singular", "kind", "listKind"] {
            let text = names?[field]?.stringValue ?? ""
            let path = "spec.names.\(field)"
            if text.isEmpty {
                if field == "plural" || field == "kind" { errors.append(.required(path)) }
                continue
            }
            let isKind = field == "kind" || field == "listKind"
            let checked = isKind ? text.lowercased() : text
            errors += NameRules.label1035(checked).map {
                .invalid(path, .string(text), isKind ? "may have mixed case, but should otherwise match: \($0)" : $0)
            }
        }
        for field in ["shortNames", "categories"] {
            for (index, name) in (names?[field]?.arrayValue ?? []).enumerated() {
                errors += NameRules.label1035(name.stringValue ?? "").map {
                    .invalid("spec.names.\(field)".index(index), name, $0)
                }
            }
        }
        return errors
    }

    private static func validateVersions(_ spec: JSONValue) -> [FieldError] {
        let versions = spec["versions"]?.arrayValue ?? []
        var errors: [FieldError] = []
        if versions.isEmpty { errors.append(.required("spec.versions", "must have at least one version")) }
        var names: Set<String> = []
        for (index, version) in versions.enumerated() {
            let path = "spec.versions".index(index)
            let name = version["name"]?.stringValue ?? ""
            errors += NameRules.label1035(name).map { .invalid(path.field("name"), .string(name), $0) }
            if !names.insert(name).inserted {
                errors.append(.invalid("spec.versions", .array(versions), "must contain unique version names"))
            }
            errors += validateColumns(version["additionalPrinterColumns"], path: path)
            errors += validateSchema(version, path: path, isOnly: versions.count == 1)
        }
        let stored = versions.filter { $0["storage"]?.boolValue == true }.count
        if !versions.isEmpty, stored != 1 {
            errors.append(
                .invalid(
                    "spec.versions", .array(versions),
                    "must have exactly one version marked as storage version"))
        }
        return errors
    }

    private static func validateSchema(_ version: JSONValue, path: String, isOnly: Bool) -> [FieldError] {
        let path = path.field("schema").field("openAPIV3Schema")
        guard let schema = version["schema"]?["openAPIV3Schema"], schema.objectValue != nil else {
            return [.required(path)]
        }
        // Kubernetes hoists what all versions share to the top before it validates, and its paths tell.
        let told = isOnly ? "spec.validation.openAPIV3Schema" : path
        let errors = StructuralSchemaRules.validate(schema, path: told)
        return errors.isEmpty ? DefinitionRules.validate(ObjectSchema(openAPI: schema), path: told) : errors
    }

    private static func validateColumns(_ columns: JSONValue?, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let types = ["boolean", "date", "integer", "number", "string"]
        for (index, column) in (columns?.arrayValue ?? []).enumerated() {
            let path = path.field("additionalPrinterColumns").index(index)
            if (column["name"]?.stringValue ?? "").isEmpty { errors.append(.required(path.field("name"))) }
            let type = column["type"]?.stringValue ?? ""
            if type.isEmpty {
                errors.append(.required(path.field("type"), "must be one of \(types.joined(separator: ","))"))
            } else if !types.contains(type) {
                errors.append(
                    .invalid(
                        path.field("type"), .string(type), "must be one of \(types.joined(separator: ","))"))
            }
            let jsonPath = column["jsonPath"]?.stringValue ?? ""
            if jsonPath.isEmpty {
                errors.append(.required(path.field("jsonPath")))
            } else if !jsonPath.hasPrefix(".") || JSONPath(jsonPath) == nil {
                errors.append(
                    .invalid(path.field("jsonPath"), .string(jsonPath), "must be a simple json path starting with ."))
            }
        }
        return errors
    }
}

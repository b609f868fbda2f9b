import KubernetesCore

/// The rules that make a CustomResourceDefinition's schema structural, with the words of the API server.
enum StructuralSchemaRules {
    /// What is wrong with the schema of a version.
    static func validate(_ schema: JSONValue, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        if (schema["type"]?.stringValue ?? "").isEmpty {
            errors.append(.required(path.field("type"), "must not be empty at the root"))
        } else if schema["type"]?.stringValue != "object" {
            errors.append(.invalid(path.field("type"), schema["type"] ?? "", "must be object at the root"))
        }
        errors += validateMetadata(schema["properties"]?["metadata"], path: path)
        if !errors.isEmpty { return errors }
        var walk = Walk()
        walk.level(schema, path: path, isRoot: true)
        return walk.errors
    }

    private static func validateMetadata(_ metadata: JSONValue?, path: String) -> [FieldError] {
        guard let metadata else { return [] }
        let path = path.field("properties").key("metadata")
        let names = Set((metadata["properties"]?.objectValue ?? [:]).keys)
        let members = Set((metadata.objectValue ?? [:]).keys)
        let isPlain =
            names.isSubset(of: ["name", "generateName"]) && members.isSubset(of: ["type", "properties", "description"])
        if isPlain { return [] }
        return [
            .forbidden(
                path,
                "must not specify anything other than name and generateName, but metadata is implicitly specified")
        ]
    }

    private struct Walk {
        var errors: [FieldError] = []

        /// Judges one level of the structure and all below.
        mutating func level(_ schema: JSONValue, path: String, isRoot: Bool = false) {
            forbidden(schema, path: path)
            combinations(schema, path: path)
            type(schema, path: path)
            structure(schema, path: path)
            list(schema, path: path)
            pattern(schema, path: path)
            defaultValue(schema, path: path)
            for (name, child) in (schema["properties"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
                if isRoot, name == "metadata" { continue }
                level(child, path: path.field("properties").key(name))
            }
            if let items = schema["items"], items.objectValue != nil { level(items, path: path.field("items")) }
            if let values = schema["additionalProperties"], values.objectValue != nil {
                level(values, path: path.field("additionalProperties"))
            }
        }

        private mutating func forbidden(_ schema: JSONValue, path: String) {
            let reasons = [
                ("$ref", "$ref is not supported"), ("id", "id is not supported"),
                ("patternProperties", "patternProperties is not supported"),
                ("additionalItems", "additionalItems is not supported"),
                ("definitions", "definitions is not supported"), ("dependencies", "dependencies is not supported"),
            ]
            for (name, reason) in reasons where schema[name] != nil {
                errors.append(.forbidden(path.field(name), reason))
            }
            if schema["uniqueItems"]?.boolValue == true {
                errors.append(
                    .forbidden(
                        path.field("uniqueItems"),
                        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"))
            }
            if schema["additionalProperties"] == .bool(false) {
                errors.append(
                    .forbidden(path.field("additionalProperties"), "additionalProperties cannot be set to false"))
            }
        }

        private mutating func type(_ schema: JSONValue, path: String) {
            let name = schema["type"]?.stringValue ?? ""
            let types = ["array", "boolean", "integer", "number", "object", "string"]
            if !name.isEmpty {
                if !types.contains(name) {
                    errors.append(.notSupported(path.field("type"), .string(name), supported: types))
                }
                return
            }
            guard schema["x-kubernetes-int-or-string"]?.boolValue != true,
                schema["x-kubernetes-preserve-unknown-fields"]?.boolValue != true, schema["$ref"] == nil
            else { return }
            let isItem = path.hasSuffix(".items")
            errors.append(
                .required(
                    path.field("type"),
                    isItem
                        ? "must not be empty for specified array items"
                        : "must not be empty for specified object fields"))
        }

        private mutating func structure(_ schema: JSONValue, path: String) {
            if schema["additionalProperties"]?.objectValue != nil, schema["properties"] != nil {
                errors.append(
                    .forbidden(
                        path.field("additionalProperties"),
                        "additionalProperties and properties are mutual exclusive"))
            }
            if schema["type"]?.stringValue == "array", schema["items"]?.objectValue == nil {
                errors.append(.required(path.field("items"), "must be specified"))
            }
        }

        /// Value validations say no type and nothing that the structure has not said.
        private mutating func combinations(_ schema: JSONValue, path: String) {
            let isIntOrString = schema["x-kubernetes-int-or-string"]?.boolValue == true
            for name in ["allOf", "anyOf", "oneOf"] {
                for (index, value) in (schema[name]?.arrayValue ?? []).enumerated() {
                    valueValidation(
                        value, structure: schema, path: path.field(name).index(index),
                        mayHaveType: isIntOrString)
                }
            }
            if let not = schema["not"] {
                valueValidation(not, structure: schema, path: path.field("not"), mayHaveType: false)
            }
        }

        private mutating func valueValidation(
            _ value: JSONValue, structure: JSONValue, path: String, mayHaveType: Bool
        ) {
            let forbidden = [
                "description", "default", "additionalProperties", "nullable", "title",
                "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string",
            ]
            for name in forbidden where value[name] != nil && value[name] != .bool(false) {
                errors.append(.forbidden(path.field(name), "must be empty to be structural"))
            }
            if value["type"] != nil, !mayHaveType {
                errors.append(.forbidden(path.field("type"), "must be empty to be structural"))
            }
            for (name, inner) in (value["properties"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
                let path = path.field("properties").key(name)
                guard let known = structure["properties"]?[name] else {
                    errors.append(.required(path, "must be specified in structural schema"))
                    continue
                }
                valueValidation(inner, structure: known, path: path, mayHaveType: false)
            }
            if let items = value["items"] {
                valueValidation(
                    items, structure: structure["items"] ?? .null, path: path.field("items"), mayHaveType: false)
            }
        }

        private mutating func list(_ schema: JSONValue, path: String) {
            let keys = (schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
            switch schema["x-kubernetes-list-type"]?.stringValue {
            case "map":
                let keysPath = path.field("x-kubernetes-list-map-keys")
                if keys.isEmpty {
                    errors.append(.required(keysPath, "must not be empty if x-kubernetes-list-type is map"))
                }
                mapKeys(keys, items: schema["items"], keysPath: keysPath, path: path)
            case "set":
                let items = schema["items"]
                let type = items?["type"]?.stringValue
                let isAtomic =
                    items?["x-kubernetes-map-type"]?.stringValue == "atomic"
                    || items?["x-kubernetes-list-type"]?.stringValue == "atomic"
                if type == "object", !isAtomic {
                    errors.append(
                        .invalid(
                            path.field("items").field("x-kubernetes-map-type"),
                            items?["x-kubernetes-map-type"] ?? .null,
                            "must be atomic as item of a list with x-kubernetes-list-type=set"))
                } else if type == "array", !isAtomic {
                    errors.append(
                        .invalid(
                            path.field("items").field("x-kubernetes-list-type"),
                            items?["x-kubernetes-list-type"] ?? .null,
                            "must be atomic as item of a list with x-kubernetes-list-type=set"))
                }
            case "atomic", nil: break
            case let name?:
                errors.append(
                    .notSupported(
                        path.field("x-kubernetes-list-type"), .string(name), supported: ["atomic", "map", "set"]))
            }
        }

        private mutating func mapKeys(_ keys: [String], items: JSONValue?, keysPath: String, path: String) {
            let required = Set((items?["required"]?.arrayValue ?? []).compactMap(\.stringValue))
            for (index, key) in keys.enumerated() {
                guard let property = items?["properties"]?[key] else {
                    errors.append(
                        .invalid(keysPath.index(index), .string(key), "entries must all be names of item properties"))
                    continue
                }
                if !required.contains(key), property["default"] == nil {
                    errors.append(
                        .required(
                            path.field("items").field("properties").key(key).field("default"),
                            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a "
                                + "required property"))
                }
            }
        }

        private mutating func pattern(_ schema: JSONValue, path: String) {
            guard let text = schema["pattern"]?.stringValue, let problem = SchemaPattern(text).error else { return }
            errors.append(
                .invalid(
                    path.field("pattern"), .string(text), "must be a valid regular expression, but isn't: \(problem)"))
        }

        private mutating func defaultValue(_ schema: JSONValue, path: String) {
            guard let value = schema["default"], !value.isNull else { return }
            var found: [FieldError] = []
            ObjectSchema(openAPI: schema).validateValues(value, old: nil, path: "", isResource: false, into: &found)
            let path = path.field("default")
            errors += found.map { error in
                guard error.path != FieldError.noPath else { return error }
                let inner = error.path.isEmpty ? path : path.field(error.path)
                return FieldError(path: inner, reason: error.reason, message: error.message)
            }
        }
    }
}

import KubernetesCore

/// The types of an OpenAPI document, each with everything that it refers to.
struct DefinitionSet {
    /// The two forms of documents.
    enum Form: Sendable {
        case v2
        case v3

        /// What stands before a type's name in a reference.
        var prefix: String { self == .v2 ? "#/definitions/" : "#/components/schemas/" }
    }

    let form: Form
    /// The types by name.
    private(set) var definitions: [String: JSONValue] = [:]

    init(form: Form) {
        self.form = form
    }

    /// The name that a kind's type has in documents: `io.k8s.api.core.v1.Pod`, `dev.fairlead.v1alpha1.Pipeline`.
    static func name(of kind: ServedKind) -> String {
        if !kind.isCustom, let name = kind.schema.typeName { return name }
        let gvk = kind.type.gvk
        let group = gvk.group.split(separator: ".").reversed().joined(separator: ".")
        return [group, gvk.version, gvk.kind].filter { !$0.isEmpty }.joined(separator: ".")
    }

    /// Adds a kind and its list.
    mutating func add(_ kind: ServedKind) {
        let name = Self.name(of: kind)
        var definition = kind.isCustom ? custom(kind) : rendered(kind.schema)
        definition["x-kubernetes-group-version-kind"] = .array([Self.gvk(kind.type.gvk)])
        definitions[name] = definition
        var listGVK = kind.type.gvk
        listGVK.kind = kind.listKind
        let metadata = reference("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta")
        definitions["\(name)List"] = [
            "description": .string("A list of objects of kind \(kind.type.gvk.kind)."), "type": "object",
            "required": ["items"],
            "properties": [
                "apiVersion": ["type": "string"], "kind": ["type": "string"], "metadata": metadata,
                "items": ["type": "array", "items": ["$ref": .string(form.prefix + name)]],
            ],
            "x-kubernetes-group-version-kind": .array([Self.gvk(listGVK)]),
        ]
    }

    /// `{"group":…,"version":…,"kind":…}`.
    static func gvk(_ gvk: GroupVersionKind) -> JSONValue {
        ["group": .string(gvk.group), "version": .string(gvk.version), "kind": .string(gvk.kind)]
    }

    /// A reference to a built-in type, which is added with it.
    private mutating func reference(_ typeName: String) -> JSONValue {
        if definitions[typeName] == nil {
            // A place is taken first, so that a type that refers to itself ends the walk.
            definitions[typeName] = .null
            definitions[typeName] = Self.scalars(form)[typeName] ?? rendered(BuiltinTypes.schema(typeName) ?? .anything)
        }
        return ["$ref": .string(form.prefix + typeName)]
    }

    /// A schema with what it refers to by reference.
    private mutating func rendered(_ schema: ObjectSchema) -> JSONValue {
        let fields = schema.fields
        var children: [String: JSONValue] = [:]
        for (name, property) in fields.properties { children[name] = child(property, isProperty: true) }
        let items = fields.items.map { child($0, isProperty: false) }
        let values = fields.additionalProperties.map { child($0, isProperty: false) }
        var form = schema.with {
            $0.properties = [:]
            $0.items = nil
            $0.additionalProperties = nil
        }.openAPI
        if fields.typeName == nil, fields.type == nil, fields.preservesUnknownFields { form["type"] = "object" }
        if self.form == .v2 || fields.defaultValue == .object([:]) { form["default"] = nil }
        form["x-kubernetes-preserve-unknown-fields"] = nil
        if !children.isEmpty { form["properties"] = .object(children) }
        form["items"] = items
        form["additionalProperties"] = values
        return form
    }

    /// A member, an element or a map's value.
    private mutating func child(_ schema: ObjectSchema, isProperty: Bool) -> JSONValue {
        guard let typeName = schema.typeName else { return rendered(schema) }
        let target = reference(typeName)
        guard isProperty else { return target }
        let own = BuiltinTypes.schema(typeName)?.description
        var form: JSONValue = self.form == .v2 ? target : ["allOf": [target]]
        if let text = schema.description, text != own {
            form["description"] = .string(text)
        } else if self.form == .v3 {
            return target
        }
        if !schema.patchStrategy.isEmpty {
            form["x-kubernetes-patch-strategy"] = .string(schema.patchStrategy.joined(separator: ","))
        }
        return form
    }

    /// The type of a custom kind, with the members that every object has.
    private mutating func custom(_ kind: ServedKind) -> JSONValue {
        var definition = kind.openAPISchema ?? kind.schema.openAPI
        definition = form == .v2 ? Self.swagger(definition) : completed(definition)
        definition["type"] = "object"
        definition["x-kubernetes-preserve-unknown-fields"] = nil
        addObjectMembers(to: &definition)
        return definition
    }

    /// Adds apiVersion, kind and metadata, which schemas of custom kinds leave out.
    private mutating func addObjectMembers(to definition: inout JSONValue) {
        let metadata = reference("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
        var properties = definition["properties"]?.objectValue ?? [:]
        for name in ["apiVersion", "kind"] {
            properties[name] = [
                "type": "string", "description": .string(BuiltinTypes.description("", field: name) ?? ""),
            ]
        }
        let description = JSONValue.string(BuiltinTypes.description("", field: "metadata") ?? "")
        properties["metadata"] =
            form == .v2
            ? ["description": description, "$ref": metadata["$ref"] ?? .null]
            : ["description": description, "allOf": [metadata]]
        definition["properties"] = .object(properties)
    }

    /// A structural schema in OpenAPI 3.0, with what its extensions imply.
    private mutating func completed(_ schema: JSONValue) -> JSONValue {
        guard var members = schema.objectValue else { return schema }
        if members["x-kubernetes-int-or-string"] == true, members["anyOf"] == nil {
            members["anyOf"] = [["type": "integer"], ["type": "string"]]
        }
        if let properties = members["properties"]?.objectValue {
            var done: [String: JSONValue] = [:]
            for (name, property) in properties { done[name] = completed(property) }
            members["properties"] = .object(done)
        }
        for name in ["items", "additionalProperties"] {
            if let inner = members[name], inner.objectValue != nil { members[name] = completed(inner) }
        }
        guard members["x-kubernetes-embedded-resource"] == true else { return .object(members) }
        var embedded = JSONValue.object(members)
        addObjectMembers(to: &embedded)
        let required = (members["required"]?.arrayValue ?? []).filter { $0 != "kind" && $0 != "apiVersion" }
        embedded["required"] = .array(["kind", "apiVersion"] + required)
        return embedded
    }

    /// A structural schema in Swagger 2.0, which knows neither null nor alternatives: what has them becomes anything.
    private static func swagger(_ schema: JSONValue) -> JSONValue {
        guard var members = schema.objectValue else { return schema }
        for name in ["allOf", "anyOf", "oneOf", "not", "default", "nullable"] { members[name] = nil }
        let isAnything =
            schema["nullable"]?.boolValue == true
            || schema["x-kubernetes-preserve-unknown-fields"]?.boolValue == true
            || schema["x-kubernetes-int-or-string"]?.boolValue == true
        if isAnything {
            for name in ["type", "properties", "items", "additionalProperties", "format"] { members[name] = nil }
        }
        if let properties = members["properties"]?.objectValue {
            members["properties"] = .object(properties.mapValues(swagger))
        }
        for name in ["items", "additionalProperties"] {
            if let inner = members[name], inner.objectValue != nil { members[name] = swagger(inner) }
        }
        return .object(members)
    }

    /// Named types that are no objects.
    private static func scalars(_ form: Form) -> [String: JSONValue] {
        func either(_ first: JSONValue, _ second: JSONValue, _ format: String?) -> JSONValue {
            var definition: JSONValue = form == .v2 ? ["type": "string"] : ["oneOf": [first, second]]
            definition["format"] = format.map { .string($0) }
            return definition
        }
        let moment: JSONValue = ["type": "string", "format": "date-time"]
        return [
            "io.k8s.apimachinery.pkg.apis.meta.v1.Time": moment,
            "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": moment,
            BuiltinTypes.quantityName: either(["type": "string"], ["type": "number"], nil),
            "io.k8s.apimachinery.pkg.util.intstr.IntOrString": either(
                ["type": "integer"], ["type": "string"], "int-or-string"),
        ]
    }
}

public import KubernetesCore

/// Reading and writing the OpenAPI v3 form that CustomResourceDefinitions carry.
extension ObjectSchema {
    /// Reads the OpenAPI form; members that mean nothing here are kept as they are.
    public init(openAPI: JSONValue) {
        var fields = Fields()
        for (name, value) in openAPI.objectValue ?? [:] where !Self.read(name, value, into: &fields) {
            fields.others[name] = value
        }
        if fields.patchStrategy.isEmpty, case .array(let names)? = openAPI["x-kubernetes-patch-strategy"] {
            fields.patchStrategy = names.compactMap(\.stringValue)
        }
        self.init(fields)
    }

    private static func read(_ name: String, _ value: JSONValue, into fields: inout Fields) -> Bool {
        switch name {
        case "description": fields.description = value.stringValue
        case "type": fields.type = value.stringValue
        case "format": fields.format = value.stringValue
        case "properties": fields.properties = (value.objectValue ?? [:]).mapValues { ObjectSchema(openAPI: $0) }
        case "additionalProperties": return readAdditionalProperties(value, into: &fields)
        case "items": fields.items = ObjectSchema(openAPI: value)
        case "required": fields.required = (value.arrayValue ?? []).compactMap(\.stringValue)
        case "enum": fields.enumeration = value.arrayValue
        case "pattern": fields.pattern = value.stringValue.map { SchemaPattern($0) }
        case "nullable": fields.isNullable = value.boolValue ?? false
        case "default": fields.defaultValue = value
        case "allOf": fields.allOf = (value.arrayValue ?? []).map { ObjectSchema(openAPI: $0) }
        case "anyOf": fields.anyOf = (value.arrayValue ?? []).map { ObjectSchema(openAPI: $0) }
        case "oneOf": fields.oneOf = (value.arrayValue ?? []).map { ObjectSchema(openAPI: $0) }
        case "not": fields.not = ObjectSchema(openAPI: value)
        default: return readBound(name, value, into: &fields) || readExtension(name, value, into: &fields)
        }
        return true
    }

    private static func readAdditionalProperties(_ value: JSONValue, into fields: inout Fields) -> Bool {
        guard value.objectValue != nil else {
            fields.preservesUnknownFields = fields.preservesUnknownFields || value.boolValue == true
            return false
        }
        fields.additionalProperties = ObjectSchema(openAPI: value)
        return true
    }

    private static func readBound(_ name: String, _ value: JSONValue, into fields: inout Fields) -> Bool {
        let count = value.integerValue.flatMap { Int(exactly: $0) }
        switch name {
        case "minimum": fields.minimum = value.doubleValue
        case "exclusiveMinimum": fields.exclusiveMinimum = value.boolValue ?? false
        case "maximum": fields.maximum = value.doubleValue
        case "exclusiveMaximum": fields.exclusiveMaximum = value.boolValue ?? false
        case "multipleOf": fields.multipleOf = value.doubleValue
        case "minLength": fields.minLength = count
        case "maxLength": fields.maxLength = count
        case "minItems": fields.minItems = count
        case "maxItems": fields.maxItems = count
        case "minProperties": fields.minProperties = count
        case "maxProperties": fields.maxProperties = count
        default: return false
        }
        return true
    }

    private static func readExtension(_ name: String, _ value: JSONValue, into fields: inout Fields) -> Bool {
        switch name {
        case "x-kubernetes-preserve-unknown-fields":
            fields.preservesUnknownFields = fields.preservesUnknownFields || value.boolValue == true
        case "x-kubernetes-int-or-string": fields.isIntOrString = value.boolValue ?? false
        case "x-kubernetes-embedded-resource": fields.isEmbeddedResource = value.boolValue ?? false
        case "x-kubernetes-list-type": fields.listType = value.stringValue
        case "x-kubernetes-list-map-keys": fields.listMapKeys = (value.arrayValue ?? []).compactMap(\.stringValue)
        case "x-kubernetes-map-type": fields.mapType = value.stringValue
        case "x-kubernetes-patch-merge-key": fields.patchMergeKey = value.stringValue
        case "x-kubernetes-patch-strategy":
            fields.patchStrategy = (value.stringValue ?? "").split(separator: ",").map(String.init)
        case "x-kubernetes-validations": fields.validations = value.arrayValue ?? []
        default: return false
        }
        return true
    }

    /// The OpenAPI form, built-in types in place rather than referred to.
    public var openAPI: JSONValue { openAPI { $0.openAPI } }

    /// The OpenAPI form, with children written by `child`.
    func openAPI(child: (ObjectSchema) -> JSONValue) -> JSONValue {
        let fields = fields
        var form = fields.others
        form["description"] = fields.description.map { .string($0) }
        form["type"] = fields.type.map { .string($0) }
        form["format"] = fields.format.map { .string($0) }
        if !fields.properties.isEmpty { form["properties"] = .object(fields.properties.mapValues(child)) }
        if let values = fields.additionalProperties { form["additionalProperties"] = child(values) }
        if let items = fields.items { form["items"] = child(items) }
        if !fields.required.isEmpty { form["required"] = .array(fields.required.map { .string($0) }) }
        form["enum"] = fields.enumeration.map { .array($0) }
        form["pattern"] = (fields.pattern?.source).map { .string($0) }
        form["default"] = fields.defaultValue
        if fields.isNullable { form["nullable"] = true }
        if !fields.allOf.isEmpty { form["allOf"] = .array(fields.allOf.map(child)) }
        if !fields.anyOf.isEmpty { form["anyOf"] = .array(fields.anyOf.map(child)) }
        if !fields.oneOf.isEmpty { form["oneOf"] = .array(fields.oneOf.map(child)) }
        if let not = fields.not { form["not"] = child(not) }
        Self.writeBounds(fields, into: &form)
        Self.writeExtensions(fields, into: &form)
        return .object(form)
    }

    private static func writeBounds(_ fields: Fields, into form: inout [String: JSONValue]) {
        func number(_ value: Double) -> JSONValue { Int64(exactly: value).map { .integer($0) } ?? .double(value) }
        form["minimum"] = fields.minimum.map(number)
        form["maximum"] = fields.maximum.map(number)
        if fields.exclusiveMinimum { form["exclusiveMinimum"] = true }
        if fields.exclusiveMaximum { form["exclusiveMaximum"] = true }
        form["multipleOf"] = fields.multipleOf.map(number)
        let counts = [
            "minLength": fields.minLength, "maxLength": fields.maxLength, "minItems": fields.minItems,
            "maxItems": fields.maxItems, "minProperties": fields.minProperties, "maxProperties": fields.maxProperties,
        ]
        for (name, count) in counts { if let count { form[name] = .integer(Int64(count)) } }
    }

    private static func writeExtensions(_ fields: Fields, into form: inout [String: JSONValue]) {
        if fields.preservesUnknownFields, form["additionalProperties"] == nil {
            form["x-kubernetes-preserve-unknown-fields"] = true
        }
        if fields.isIntOrString { form["x-kubernetes-int-or-string"] = true }
        if fields.isEmbeddedResource { form["x-kubernetes-embedded-resource"] = true }
        form["x-kubernetes-list-type"] = fields.listType.map { .string($0) }
        if !fields.listMapKeys.isEmpty {
            form["x-kubernetes-list-map-keys"] = .array(fields.listMapKeys.map { .string($0) })
        }
        form["x-kubernetes-map-type"] = fields.mapType.map { .string($0) }
        form["x-kubernetes-patch-merge-key"] = fields.patchMergeKey.map { .string($0) }
        if !fields.patchStrategy.isEmpty {
            form["x-kubernetes-patch-strategy"] = .string(fields.patchStrategy.joined(separator: ","))
        }
        if !fields.validations.isEmpty { form["x-kubernetes-validations"] = .array(fields.validations) }
    }
}

public import KubernetesCore

extension SchemaNode {
    /// The structural schema, as a CRD holds it.
    public var openAPI: JSONValue {
        var members: [String: JSONValue] = description.isEmpty ? [:] : ["description": .string(description)]
        if isSchemaless {
            members["x-kubernetes-preserve-unknown-fields"] = true
            if case .object = shape { members["type"] = "object" }
            return .object(members)
        }
        switch shape {
        case .string:
            members["type"] = "string"
            if let maximum { members["maxLength"] = .integer(maximum) }
        case .integer:
            members["type"] = "integer"
            members["format"] = "int64"
        case .number: members["type"] = "number"
        case .boolean: members["type"] = "boolean"
        // `x-kubernetes-int-or-string` would refuse `cpu: 0.5`.
        case .scalarText, .any: members["x-kubernetes-preserve-unknown-fields"] = true
        case .object(let fields): addObject(fields, to: &members)
        case .map(let value):
            members["type"] = "object"
            members["additionalProperties"] = value.openAPI
            if let maximum { members["maxProperties"] = .integer(maximum) }
        case .list(let element): addList(element, to: &members)
        }
        if !allowed.isEmpty { members["enum"] = .array(allowed.map { .string($0) }) }
        if format == .dateTime { members["format"] = "date-time" }
        switch shape {
        case .integer, .number:
            if let minimum { members["minimum"] = .integer(minimum) }
            if let maximum { members["maximum"] = .integer(maximum) }
        default: break
        }
        let rules = self.rules + (oneOfRule.map { [$0] } ?? [])
        if !rules.isEmpty { members["x-kubernetes-validations"] = .array(rules.map(\.json)) }
        return .object(members)
    }

    /// The rule about exclusive fields; a rule sees only fields of which the CRD tells the type.
    private var oneOfRule: SchemaRule? {
        guard case .object(let fields) = shape, !exactlyOneOf.isEmpty else { return nil }
        let isSeen = fields.allSatisfy { !exactlyOneOf.contains($0.name) || $0.node.hasType }
        return isSeen ? .exactlyOne(of: exactlyOneOf) : nil
    }

    private var hasType: Bool {
        switch shape {
        case .scalarText, .any: false
        case .object: true
        default: !isSchemaless
        }
    }

    private func addObject(_ fields: [SchemaField], to members: inout [String: JSONValue]) {
        members["type"] = "object"
        members["properties"] = .object(
            Dictionary(fields.map { ($0.name, $0.node.openAPI) }, uniquingKeysWith: { first, _ in first }))
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { members["required"] = .array(required) }
    }

    private func addList(_ element: SchemaNode, to members: inout [String: JSONValue]) {
        members["type"] = "array"
        members["items"] = element.openAPI
        if let maximum { members["maxItems"] = .integer(maximum) }
        if let listKey {
            members["x-kubernetes-list-type"] = "map"
            members["x-kubernetes-list-map-keys"] = [.string(listKey)]
        }
    }
}

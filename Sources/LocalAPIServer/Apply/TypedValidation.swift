import KubernetesCore

/// Whether an apply configuration has the types that its schema says, worded as an API server does.
enum TypedValidation {
    /// What is wrong; empty where nothing is.
    static func errors(in value: JSONValue, type: FieldType) -> [String] {
        var errors: [String] = []
        validate(value, type, path: "", into: &errors)
        return errors
    }

    /// Several errors as one text.
    static func text(_ errors: [String]) -> String {
        errors.count == 1 ? errors[0] : (["errors:"] + errors.map { "  \($0)" }).joined(separator: "\n")
    }

    private static func validate(_ value: JSONValue, _ type: FieldType, path: String, into errors: inout [String]) {
        func report(_ message: String) { errors.append(path.isEmpty ? message : "\(path): \(message)") }
        if value.isNull { return }
        switch type.kind(of: value) {
        case .scalar:
            if let message = scalarMessage(value, type.schema) { report(message) }
        case .map:
            guard case .object(let members) = value else {
                report("expected map, got &{\(goText(value))}")
                return
            }
            for name in members.keys.sorted() {
                guard let member = members[name] else { continue }
                let place = "\(path).\(name)"
                if type.allows(name) {
                    validate(member, type.member(name), path: place, into: &errors)
                } else {
                    errors.append("\(place): field not declared in schema")
                }
            }
        case .list:
            guard case .array(let elements) = value else {
                report("expected list, got &{\(goText(value))}")
                return
            }
            validate(elements, type, path: path, into: &errors)
        }
    }

    private static func validate(
        _ elements: [JSONValue], _ type: FieldType, path: String, into errors: inout [String]
    ) {
        var seen: Set<String> = []
        for (index, element) in elements.enumerated() {
            guard type.elements != .atomic else {
                validate(element, type.element, path: "\(path)[\(index)]", into: &errors)
                continue
            }
            guard let identity = type.pathElement(of: element) else {
                errors.append("\(path): element \(index): \(unidentified(element, type))")
                return
            }
            let text = PathElement.text(identity)
            if !seen.insert(identity).inserted { errors.append("\(path): duplicate entries for key \(text)") }
            validate(element, type.element, path: path + text, into: &errors)
        }
    }

    private static func unidentified(_ element: JSONValue, _ type: FieldType) -> String {
        switch (type.elements, element) {
        case (.map, .null): return "associative list with keys may not have a null element"
        case (.map(let keys), .object):
            let names = keys.map { "\"\($0)\"" }.joined(separator: " ")
            return "associative list with keys has an element that omits all key fields [\(names)] "
                + "(and doesn't have default values for any key fields)"
        case (.map, _): return "associative list with keys may not have non-map elements"
        case (_, .object): return "associative list without keys has an element that's a map type"
        case (_, .array): return "not supported: associative list with lists as elements"
        default: return "associative list without keys has an element that's an explicit null"
        }
    }

    private static func scalarMessage(_ value: JSONValue, _ schema: ObjectSchema?) -> String? {
        let isNumber = value.doubleValue != nil
        switch schema?.type {
        case "integer" where !isNumber, "number" where !isNumber:
            return "expected numeric (int or float), got \(goType(value))"
        case "string" where schema?.isIntOrString != true && value.stringValue == nil:
            // Quantities may be numbers, and the server's own types for them say so.
            if isNumber, schema?.typeName == BuiltinTypes.quantityName { return nil }
            return "expected string, got &value.valueUnstructured{Value:\(goSyntax(value))}"
        case "boolean" where value.boolValue == nil:
            return "expected boolean, got &{\(goText(value))}"
        default: break
        }
        switch value {
        case .object, .array: return "expected any scalar, got &{\(goText(value))}"
        default: return nil
        }
    }

    private static func goType(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool: "bool"
        case .integer: "int64"
        case .double: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// A value as Go's `%v` prints it.
    private static func goText(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .string(let text): text
        case .array(let elements): "[\(elements.map(goText).joined(separator: " "))]"
        case .object(let members):
            "map[\(members.sorted { $0.key < $1.key }.map { "\($0.key):\(goText($0.value))" }.joined(separator: " "))]"
        default: JSONWriter.string(value)
        }
    }

    /// A value as Go's `%#v` prints it.
    private static func goSyntax(_ value: JSONValue) -> String {
        switch value {
        case .null: "interface {}(nil)"
        case .array(let elements): "[]interface {}{\(elements.map(goSyntax).joined(separator: ", "))}"
        case .object(let members):
            "map[string]interface {}{"
                + members.sorted { $0.key < $1.key }
                .map { "\(JSONWriter.string(.string($0.key))):\(goSyntax($0.value))" }.joined(separator: ", ") + "}"
        default: JSONWriter.string(value)
        }
    }
}

import KubernetesCore

/// Checks a JSON value against a schema table and tells every wrong field, where the API server would tell or prune.
struct SchemaChecker {
    private(set) var problems: [InvalidField] = []
    private static let maxProblems = 100

    static func check(_ value: JSONValue, against node: SchemaNode, at path: FieldPath) -> [InvalidField] {
        var checker = SchemaChecker()
        checker.check(value, node, path, isListElement: false)
        return checker.problems
    }

    private mutating func add(_ path: FieldPath, _ message: String) {
        guard problems.count < Self.maxProblems else { return }
        problems.append(InvalidField(path: path.description, message: message))
    }

    private mutating func check(
        _ value: JSONValue, _ node: SchemaNode, _ path: FieldPath, isListElement: Bool
    ) {
        switch (node.shape, value) {
        case (.any(let shapes), _): checkAny(value, shapes, node, path)
        case (.string, .string(let text)): checkText(text, node, path)
        case (.scalarText, .string(let text)): checkText(text, node, path)
        case (.scalarText, .integer), (.scalarText, .double):
            checkText(JSONWriter.string(value), node, path)
        case (.string, .bool(false)) where node.takesFalse: break
        case (.string, .bool(let truth)), (.scalarText, .bool(let truth)):
            add(
                path,
                isListElement ? YAMLTrap.message(forListElement: truth) : YAMLTrap.message(forBoolean: truth))
        case (.integer, _) where value.integerValue != nil: checkRange(value.integerValue ?? 0, node, path)
        case (.integer, .double): add(path, "must be an integer, not \(JSONWriter.string(value))")
        case (.number, .integer), (.number, .double), (.boolean, .bool): break
        case (.object(let fields), .object(let members)): checkObject(members, fields, node, path)
        case (.map(let element), .object(let members)):
            if let maximum = node.maximum, members.count > maximum {
                return add(path, "holds \(members.count) members; at most \(maximum) are allowed")
            }
            for name in members.keys.sorted() {
                if let member = members[name], !member.isNull {
                    check(member, element, path[name], isListElement: false)
                }
            }
        case (.list(let element), .array(let elements)): checkList(elements, element, node, path)
        default: add(path, "must be \(Self.expectation(node.shape)), not \(DecodingProblem.name(of: value))")
        }
    }

    private mutating func checkText(_ text: String, _ node: SchemaNode, _ path: FieldPath) {
        if case .string = node.shape, let maximum = node.maximum, text.unicodeScalars.count > maximum {
            add(path, "must have at most \(maximum) characters, not \(text.unicodeScalars.count)")
        }
        if !node.allowed.isEmpty, !node.allowed.contains(text) {
            add(path, NearestName.notOneOf(node.allowed, given: text))
        }
        switch node.format {
        case .duration where FairleadDuration(text) == nil:
            add(path, "\(FairleadDuration.expectation), not \(Quoted.text(text))")
        case .quantity where !text.contains("$(") && !QuantityText.isValid(text):
            add(path, "\(QuantityText.expectation), not \(Quoted.text(text))")
        case .share where MaxFailed(text) == nil: add(path, "\(MaxFailed.expectation), not \(Quoted.text(text))")
        case .model:
            if let problem = ServedModel.problem(text) { add(path, problem) }
        case .percent where Percent(text) == nil: add(path, "\(Percent.expectation), not \(Quoted.text(text))")
        case .processes where ProcessesPerNode(text) == nil:
            add(path, "\(ProcessesPerNode.expectation), not \(Quoted.text(text))")
        case .dateTime where Time(text) == nil: add(path, "must be an RFC 3339 time, not \(Quoted.text(text))")
        default: break
        }
    }

    private mutating func checkRange(_ number: Int64, _ node: SchemaNode, _ path: FieldPath) {
        if let minimum = node.minimum, number < minimum {
            add(path, "must be at least \(minimum), not \(number)")
        } else if let maximum = node.maximum, number > maximum {
            add(path, "must be at most \(maximum), not \(number)")
        }
    }

    private mutating func checkAny(
        _ value: JSONValue, _ shapes: [SchemaNode], _ node: SchemaNode, _ path: FieldPath
    ) {
        guard !shapes.isEmpty else { return }
        let acceptable = shapes.filter { Self.isAcceptable(value, $0.shape) }
        if let shape = acceptable.first(where: { Self.check(value, against: $0, at: path).isEmpty }) ?? acceptable.first
        {
            return check(value, shape, path, isListElement: false)
        }
        if case .bool(let truth) = value, shapes.contains(where: { $0.shape == .string }) {
            return add(path, YAMLTrap.message(forBoolean: truth))
        }
        let names = shapes.map { Self.expectation($0.shape) }
        add(path, "must be \(names.joined(separator: " or ")), not \(DecodingProblem.name(of: value))")
    }

    private mutating func checkObject(
        _ members: [String: JSONValue], _ fields: [SchemaField], _ node: SchemaNode, _ path: FieldPath
    ) {
        for field in fields {
            guard let member = members[field.name] else {
                if field.isRequired { add(path[field.name], "is required") }
                continue
            }
            // An absent field and a null are the same, but where a key stands somebody wanted something.
            if member.isNull || (member == "" && Self.expressions.contains(field.name)) {
                add(path[field.name], Self.messageForNull(field))
            } else {
                check(member, field.node, path[field.name], isListElement: false)
            }
        }
        let names = fields.map(\.name)
        for name in members.keys.sorted() where !names.contains(name) {
            add(path[name], "unknown field \(Quoted.text(name))\(NearestName.suggestion(name, among: names))")
        }
        if let alternatives = node.alternatives { checkAlternatives(members, alternatives, fields.map(\.name), path) }
        guard !node.exactlyOneOf.isEmpty else { return }
        let given = node.exactlyOneOf.filter { members[$0] != nil }
        if given.count != 1 {
            let list = node.exactlyOneOf.joined(separator: ", ")
            add(path, given.isEmpty ? "needs one of \(list)" : "takes only one of \(list)")
        }
    }

    private mutating func checkAlternatives(
        _ members: [String: JSONValue], _ alternatives: SchemaNode.Alternatives, _ names: [String], _ path: FieldPath
    ) {
        let given = alternatives.names.filter { members[$0] != nil }
        guard let only = given.first else { return }
        if given.count > 1 { return add(path, "takes only one of \(given.joined(separator: ", "))") }
        for name in names where members[name] != nil && name != only && !alternatives.companions.contains(name) {
            add(path[name], "\(alternatives.elsewhere), not beside \(only)")
        }
    }

    private static func messageForNull(_ field: SchemaField) -> String {
        expressions.contains(field.name) ? YAMLTrap.emptyExpression : "must not be null; leave the field out"
    }

    private static let expressions: Set<String> = ["when", "that"]

    private mutating func checkList(
        _ elements: [JSONValue], _ element: SchemaNode, _ node: SchemaNode, _ path: FieldPath
    ) {
        if let maximum = node.maximum, elements.count > maximum {
            add(path, "holds \(elements.count) elements; at most \(maximum) are allowed")
            return
        }
        for (index, value) in elements.enumerated() { check(value, element, path[index], isListElement: true) }
    }

    private static func isAcceptable(_ value: JSONValue, _ shape: SchemaNode.Shape) -> Bool {
        switch shape {
        case .any: true
        case .string: value.stringValue != nil
        case .integer: value.integerValue != nil
        case .number: value.doubleValue != nil
        case .boolean: value.boolValue != nil
        case .scalarText: value.stringValue != nil || value.doubleValue != nil
        case .object, .map: value.objectValue != nil
        case .list: value.arrayValue != nil
        }
    }

    private static func expectation(_ shape: SchemaNode.Shape) -> String {
        switch shape {
        case .any: "a value"
        case .string: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "a boolean"
        case .scalarText: "a number or a string"
        case .object, .map: "an object"
        case .list: "a list"
        }
    }
}

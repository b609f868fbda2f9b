import CEL
public import KubernetesCore

/// Finds the values of a run's parameters.
public enum ParamResolver {
    /// The value of every parameter: what the run gives, else the default.
    ///
    /// - Parameters:
    ///   - params: What the pipeline declares.
    ///   - given: What the run gives.
    ///   - path: Where `given` stands in the run.
    /// - Throws: `InvalidSpec` with every parameter that is missing, unknown or wrong.
    public static func resolve(
        _ params: [ParamSpec], given: [String: JSONValue], at path: FieldPath = FieldPath("spec")["params"]
    ) throws(InvalidSpec) -> [String: JSONValue] {
        let problems = problems(params, given: given, isComplete: true, at: path)
        if !problems.isEmpty { throw InvalidSpec(problems) }
        let values = params.compactMap { param in
            (given[param.name] ?? param.default).map { (param.name, normalized($0, param.effectiveType)) }
        }
        return Dictionary(values, uniquingKeysWith: { first, _ in first })
    }

    /// What is wrong with the values that a run gives.
    ///
    /// - Parameters:
    ///   - params: What the pipeline declares.
    ///   - given: What the run gives.
    ///   - open: The parameters whose values are not known yet, so that nothing is wrong with them.
    ///   - isComplete: Whether a parameter that has no value is a problem.
    ///   - path: Where `given` stands in the run.
    public static func problems(
        _ params: [ParamSpec], given: [String: JSONValue], open: Set<String> = [], isComplete: Bool, at path: FieldPath
    ) -> [InvalidField] {
        var problems: [InvalidField] = []
        for param in params {
            guard let value = given[param.name] ?? param.default else {
                guard isComplete else { continue }
                problems.append(
                    InvalidField(
                        path: path[param.name].description,
                        message: "is required: the pipeline's parameter \(param.name) has no default"))
                continue
            }
            if !open.contains(param.name), let problem = problem(with: value, for: param) {
                let place = path[param.name].appending(problem.path)
                problems.append(InvalidField(path: place.description, message: problem.message))
            }
        }
        let names = params.map(\.name)
        for name in given.keys.sorted() where !names.contains(name) {
            let hint = NearestName.suggestion(name, among: names)
            problems.append(
                InvalidField(path: path[name].description, message: "unknown parameter \(Quoted.text(name))\(hint)"))
        }
        return problems
    }

    /// An integer that came with a decimal point becomes one.
    private static func normalized(_ value: JSONValue, _ type: ValueType) -> JSONValue {
        guard type == .integer, let integer = value.integerValue else { return value }
        return .integer(integer)
    }

    /// What is wrong with a value, nil where nothing is; the path leads to an element of it.
    static func problem(with value: JSONValue, for param: ParamSpec) -> (path: [any CodingKey], message: String)? {
        let type = param.effectiveType
        guard type.accepts(value) else { return ([], mismatch(type, value)) }
        if let items = param.items, let elements = value.arrayValue,
            let index = elements.firstIndex(where: { !items.accepts($0) })
        {
            let element = elements[index]
            if items == .string, case .bool(let truth) = element {
                return ([AnyCodingKey(intValue: index)], YAMLTrap.message(forListElement: truth))
            }
            return ([AnyCodingKey(intValue: index)], mismatch(items, element))
        }
        if !param.enum.isEmpty, !param.enum.contains(where: { areEqual($0, value) }) {
            let names = param.enum.prefix(20).map { Template.text(of: $0) }
            let suggestion = value.stringValue.map { NearestName.suggestion($0, among: names) } ?? ""
            let list = names.joined(separator: ", ") + (param.enum.count > 20 ? ", …" : "")
            return ([], "must be one of \(list), not \(shown(value))\(suggestion)")
        }
        if let number = value.doubleValue {
            if let minimum = param.minimum, number < minimum {
                return ([], "must be at least \(JSONWriter.string(.double(minimum))), not \(shown(value))")
            }
            if let maximum = param.maximum, number > maximum {
                return ([], "must be at most \(JSONWriter.string(.double(maximum))), not \(shown(value))")
            }
        }
        // Time is linear in pattern and text; both are bounded, since this runs where everybody waits.
        if let pattern = param.pattern, let text = value.stringValue, let compiled = try? LinearPattern(pattern),
            text.utf8.count > 10_000 || !compiled.matches(text)
        {
            return ([], "must match \(pattern), not \(shown(value))")
        }
        return nil
    }

    /// The message about a value of the wrong type.
    static func mismatch(_ type: ValueType, _ value: JSONValue) -> String {
        switch (type, value) {
        case (.string, .bool(let truth)): return YAMLTrap.message(forBoolean: truth)
        case (.string, .integer), (.string, .double):
            return "must be a string, not the number \(shown(value)) (quote it)"
        case (.integer, .double): return "must be an integer, not \(shown(value))"
        case (.integer, .string(let text)) where Int64(text) != nil,
            (.number, .string(let text)) where Double(text) != nil:
            return "must be \(type.withArticle), not the string \(Quoted.text(text)) (leave out the quotes)"
        default: return "must be \(type.withArticle), not \(DecodingProblem.name(of: value))"
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        if let text = value.stringValue { return Quoted.text(text) }
        return String(JSONWriter.string(value).prefix(80))
    }

    private static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if left == right { return true }
        guard let first = left.doubleValue, let second = right.doubleValue else { return false }
        return first == second
    }
}

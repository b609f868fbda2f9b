import CEL
import KubernetesCore

extension PipelineValidator {
    mutating func validateParams(_ params: [ParamSpec], _ path: FieldPath) {
        problems += NameRule.listProblems(params.map(\.name), at: path, limits: limits)
        for (index, param) in params.enumerated() { validateParam(param, path[index]) }
    }

    private mutating func validateParam(_ param: ParamSpec, _ path: FieldPath) {
        let type = param.effectiveType
        if let pattern = param.pattern {
            if type != .string {
                add(path["pattern"], "stands only at a string parameter, not at \(type.withArticle)")
            } else if pattern.count > limits.pattern {
                add(path["pattern"], "must have at most \(limits.pattern) characters, not \(pattern.count)")
            } else {
                do { _ = try LinearPattern(pattern) } catch {
                    add(path["pattern"], "is no regular expression: \(error)")
                }
            }
        }
        let isNumeric = type == .integer || type == .number
        if !isNumeric, param.minimum != nil {
            add(path["minimum"], "stands only at a number, not at \(type.withArticle)")
        }
        if !isNumeric, param.maximum != nil {
            add(path["maximum"], "stands only at a number, not at \(type.withArticle)")
        }
        if let minimum = param.minimum, let maximum = param.maximum, minimum > maximum {
            add(path["minimum"], "is larger than maximum")
        }
        if param.items != nil, type != .array {
            add(path["items"], "stands only at an array, not at \(type.withArticle)")
        }
        for (index, value) in param.enum.enumerated() where !type.accepts(value) {
            if type == .string, case .bool(let truth) = value {
                add(path["enum"][index], YAMLTrap.message(forListElement: truth))
            } else {
                add(path["enum"][index], ParamResolver.mismatch(type, value))
            }
        }
        if let value = param.default, let problem = ParamResolver.problem(with: value, for: param) {
            add(path["default"].appending(problem.path), problem.message)
        }
    }
}

import CEL
import KubernetesCore

/// The compiled rules of a schema and of all that is below it.
final class RuleTree: Sendable {
    private let schema: ObjectSchema
    private let isResource: Bool
    private let rules: [CompiledRule]
    private let properties: [String: RuleTree]
    private let items: RuleTree?
    private let values: RuleTree?

    /// The cost of all rules on one object.
    static let budget: UInt64 = 10_000_000

    /// Compiles the rules of a schema; nil where it has none.
    init?(_ schema: ObjectSchema, isResource: Bool, name: String = "self") {
        guard schema.hasValidations else { return nil }
        self.schema = schema
        self.isResource = isResource
        if !schema.validations.isEmpty, let type = RuleType(schema, isResource: isResource, name: name) {
            rules = schema.validations.compactMap { CompiledRule(ValidationRule($0), on: schema, type) }
        } else {
            rules = []
        }
        var properties: [String: RuleTree] = [:]
        for (field, inner) in schema.properties {
            properties[field] = RuleTree(inner, isResource: inner.isEmbeddedResource, name: "\(name).\(field)")
        }
        self.properties = properties
        items = schema.items.flatMap { RuleTree($0, isResource: $0.isEmbeddedResource, name: name + ".@items") }
        values = schema.additionalProperties.flatMap {
            RuleTree($0, isResource: $0.isEmbeddedResource, name: name + ".@values")
        }
    }

    /// One judgement of an object.
    struct Judgement {
        var errors: [FieldError] = []
        var remaining = RuleTree.budget
        /// Whether nothing more is judged.
        var isOver = false
    }

    /// What the rules say of a value.
    ///
    /// - Parameters:
    ///   - old: What it was before; nil where it is new or nothing tells which one it was.
    ///   - isUnchanged: Whether it, or the nearest value around it that can be compared, is what it was.
    func judge(
        _ value: JSONValue, old: JSONValue?, isUnchanged: Bool = false, path: String, into judgement: inout Judgement
    ) {
        guard !value.isNull, !judgement.isOver else { return }
        let isUnchanged = old.map { $0 == value } ?? isUnchanged
        evaluate(value, old: old, isUnchanged: isUnchanged, path: path, into: &judgement)
        switch value {
        case .array(let elements):
            guard let items else { return }
            // Only elements with keys can be found again.
            let known = schema.listType == "map" ? schema.oldByKey(old) : [:]
            for (index, element) in elements.enumerated() {
                let before = known.isEmpty ? nil : known[schema.listKey(element)]
                items.judge(
                    element, old: before, isUnchanged: isUnchanged, path: path.index(index), into: &judgement)
            }
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                if let tree = properties[name] {
                    tree.judge(
                        member, old: old?[name], isUnchanged: isUnchanged, path: path.field(name), into: &judgement)
                } else if let values {
                    values.judge(
                        member, old: old?[name], isUnchanged: isUnchanged, path: path.key(name), into: &judgement)
                }
            }
        default: return
        }
    }

    private func evaluate(
        _ value: JSONValue, old: JSONValue?, isUnchanged: Bool, path: String, into judgement: inout Judgement
    ) {
        guard !rules.isEmpty else { return }
        let own = RuleValue.value(value, schema, isResource: isResource)
        let before = old.flatMap { $0.isNull ? nil : RuleValue.value($0, schema, isResource: isResource) }
        for compiled in rules where !judgement.isOver {
            let isOptional = compiled.rule.optionalOldSelf == true
            if compiled.usesOldSelf, before == nil, !isOptional { continue }
            var variables = ["self": own]
            variables["oldSelf"] = isOptional ? .optional(before) : before
            var found = judgement
            evaluate(compiled, variables, value, path: path, into: &found)
            // What was wrong before and did not change is let be.
            if isUnchanged, !compiled.usesOldSelf, !found.isOver { found.errors = judgement.errors }
            judgement = found
        }
    }

    private func invalid(_ path: String, _ detail: String) -> FieldError {
        .invalid(path, .string(schema.type ?? ""), detail)
    }

    private func evaluate(
        _ compiled: CompiledRule, _ variables: [String: Value], _ value: JSONValue, path: String,
        into judgement: inout Judgement
    ) {
        let program: Program
        switch compiled.program {
        case .success(let good): program = good
        case .failure(let problem):
            judgement.errors.append(invalid(path, "rule compile error: \(problem.detail)"))
            return
        }
        let evaluation = program.run(variables)
        guard pay(evaluation.cost, path, into: &judgement) else { return }
        switch evaluation.result {
        case .success(.bool(true)): return
        case .success: break
        case .failure(let error):
            judgement.isOver = error.code == .costExceeded
            judgement.errors.append(invalid(path, Self.detail(error, compiled.rule)))
            return
        }
        let path = compiled.fieldPath.map { path.field($0) } ?? path
        let detail = message(compiled, variables, path, into: &judgement) ?? compiled.rule.failure
        if judgement.isOver { return }
        judgement.errors.append(failure(compiled.rule, value, path, detail))
    }

    /// Takes a cost off the budget; false where it was not enough.
    private func pay(_ cost: UInt64, _ path: String, into judgement: inout Judgement) -> Bool {
        guard cost <= judgement.remaining else {
            judgement.errors.append(
                invalid(
                    path,
                    "validation failed due to running out of cost budget, no further validation rules will be run"))
            judgement.isOver = true
            return false
        }
        judgement.remaining -= cost
        return true
    }

    private static func detail(_ error: CELError, _ rule: ValidationRule) -> String {
        let message = error.issues.first?.message ?? ""
        if error.code == .costExceeded {
            return "'\(message)': no further validation rules will be run due to call cost exceeds limit for rule: "
                + rule.words
        }
        if message.hasPrefix("no such overload") {
            return "'\(message)': call arguments did not match a supported operator, function or macro signature for "
                + "rule: \(rule.words)"
        }
        return "\(message) evaluating rule: \(rule.words)"
    }

    /// What the rule's expression for messages says; nil where it has none or it fails.
    private func message(
        _ compiled: CompiledRule, _ variables: [String: Value], _ path: String, into judgement: inout Judgement
    ) -> String? {
        guard case .success(let program)? = compiled.message else { return nil }
        let evaluation = program.run(variables)
        guard evaluation.cost <= judgement.remaining else {
            judgement.errors.append(
                invalid(
                    path,
                    "messageExpression evaluation failed due to running out of cost budget, no further validation "
                        + "rules will be run"))
            judgement.isOver = true
            return nil
        }
        judgement.remaining -= evaluation.cost
        guard case .success(.string(let text)) = evaluation.result else { return nil }
        let trimmed = text.trimmingBlanks()
        return trimmed.isEmpty || trimmed.utf8.count > 5 * 1024 || trimmed.hasLineBreaks ? nil : trimmed
    }

    private func failure(
        _ rule: ValidationRule, _ value: JSONValue, _ path: String, _ detail: String
    ) -> FieldError {
        switch rule.reason {
        case "FieldValueForbidden": return .forbidden(path, detail)
        case "FieldValueRequired": return .required(path, detail)
        case "FieldValueDuplicate": return .duplicate(path, value)
        default:
            // Whole objects and lists are not printed.
            guard schema.type == "object" || schema.type == "array" else { return .invalid(path, value, detail) }
            return FieldError(path: path, reason: .invalid, message: "Invalid value: \(detail)")
        }
    }
}

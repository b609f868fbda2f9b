import CEL
import Foundation
import KubernetesCore

/// Judges the rules that a CustomResourceDefinition's schema states: whether they compile, and whether they are cheap.
struct DefinitionRules {
    /// The most that one rule may cost.
    static let maxCost: UInt64 = 10_000_000
    /// The most that all rules of a schema may cost.
    static let maxTotalCost: UInt64 = 100_000_000

    private var errors: [FieldError] = []
    private var total: UInt64 = 0
    /// The dearest rules, the dearest first.
    private var dearest: [(path: String, cost: UInt64)] = []

    /// What is wrong with the rules of a schema that is otherwise in order.
    static func validate(_ schema: ObjectSchema, path: String) -> [FieldError] {
        guard schema.hasValidations else { return [] }
        let stated = statements(schema, path: path)
        if !stated.isEmpty { return stated }
        var rules = DefinitionRules()
        rules.level(schema, Place(path: path, isResource: true, name: "self", occurrences: 1, uncorrelated: nil))
        return rules.errors + rules.totalErrors(path)
    }

    /// Where a schema stands.
    private struct Place {
        var path: String
        var isResource: Bool
        var name: String
        /// How many values of the schema one object can have; nil where nothing bounds it.
        var occurrences: UInt64?
        /// The list around it whose elements can't be found again.
        var uncorrelated: String?

        func inside(_ schema: ObjectSchema, most: Int?, path: String, name: String) -> Place {
            var place = self
            place.path = path
            place.name = self.name + name
            place.isResource = schema.isEmbeddedResource
            place.occurrences = occurrences.flatMap { known in most.map { known.saturating(times: UInt64(max(0, $0))) }
            }
            return place
        }
    }

    private mutating func level(_ schema: ObjectSchema, _ place: Place) {
        guard schema.hasValidations else { return }
        if let values = schema.additionalProperties {
            level(
                values,
                place.inside(
                    values, most: schema.maxProperties, path: place.path.field("additionalProperties"), name: ".@values"
                ))
        }
        for (field, inner) in schema.properties.sorted(by: { $0.key < $1.key }) {
            let path = place.path.field("properties").key(field)
            level(inner, place.inside(inner, most: 1, path: path, name: ".\(field)"))
        }
        if let items = schema.items {
            var inner = place.inside(
                items, most: schema.maxItems, path: place.path.field("items"), name: ".@items")
            if schema.listType != "map" { inner.uncorrelated = inner.uncorrelated ?? place.path }
            level(items, inner)
        }
        own(schema, place)
    }

    private mutating func own(_ schema: ObjectSchema, _ place: Place) {
        guard !schema.validations.isEmpty,
            let type = RuleType(schema, isResource: place.isResource, name: place.name)
        else { return }
        let occurrences = place.occurrences ?? type.mostOccurrences
        for (index, json) in schema.validations.enumerated() {
            let rule = ValidationRule(json)
            guard let compiled = CompiledRule(rule, on: schema, type) else { continue }
            let path = place.path.field("x-kubernetes-validations").index(index)
            judge(compiled, type, occurrences, path: path)
            if compiled.usesOldSelf {
                if let list = place.uncorrelated {
                    errors.append(
                        .invalid(
                            path.field("rule"), .string(rule.rule),
                            "oldSelf cannot be used on the uncorrelatable portion of the schema within \(list)"))
                }
            } else if let isOptional = rule.optionalOldSelf {
                errors.append(
                    .invalid(
                        path.field("optionalOldSelf"), .bool(isOptional),
                        "may not be set if oldSelf is not used in rule"))
            }
        }
    }

    private mutating func judge(_ compiled: CompiledRule, _ type: RuleType, _ occurrences: UInt64, path: String) {
        switch compiled.program {
        case .success(let program):
            let cost = CompiledRule.mostCost(program, type).saturating(times: occurrences)
            count(cost, path: path.field("rule"), what: "estimated rule cost")
        case .failure(let problem): errors.append(Self.refusal(path.field("rule"), compiled.rule, problem))
        }
        switch compiled.message {
        case .success(let program)?:
            let cost = CompiledRule.mostCost(program, type)
            count(cost, path: path.field("messageExpression"), what: "estimated messageExpression cost")
        case .failure(let problem)?:
            errors.append(Self.refusal(path.field("messageExpression"), compiled.rule, problem))
        case nil: break
        }
    }

    private static func refusal(
        _ path: String, _ rule: ValidationRule, _ problem: CompiledRule.RuleProblem
    ) -> FieldError {
        FieldError(path: path, reason: .invalid, message: "Invalid value: \(rule.printed): \(problem.detail)")
    }

    // MARK: - Costs

    private mutating func count(_ cost: UInt64, path: String, what: String) {
        if cost > Self.maxCost { errors.append(.forbidden(path, Self.excess(what, cost, Self.maxCost))) }
        total = total.saturating(plus: cost)
        // Rules that hardly contribute are not named.
        guard cost >= Self.maxTotalCost / 100 else { return }
        let place = dearest.firstIndex { $0.cost < cost } ?? dearest.count
        dearest.insert((path, cost), at: place)
        if dearest.count > 4 { dearest.removeLast() }
    }

    private func totalErrors(_ path: String) -> [FieldError] {
        guard total > Self.maxTotalCost else { return [] }
        let what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema"
        return dearest.map {
            .forbidden(
                $0.path, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")
        } + [.forbidden(path, Self.excess(what, total, Self.maxTotalCost))]
    }

    private static func excess(_ what: String, _ cost: UInt64, _ limit: UInt64) -> String {
        let factor = Double(cost) / Double(limit)
        let told =
            factor > 100
            ? "more than 100x" : String(format: factor < 1.5 ? "%.6fx" : "%.1fx", factor)
        return "\(what) exceeds budget by factor of \(told) (try simplifying the rule, or adding maxItems, "
            + "maxProperties, and maxLength where arrays, maps, and strings are declared)"
    }

    // MARK: - Statements

    private static let reasons = [
        "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired",
    ]

    /// What is wrong with rules before they are compiled.
    private static func statements(_ schema: ObjectSchema, path: String) -> [FieldError] {
        guard schema.hasValidations else { return [] }
        var errors: [FieldError] = []
        if let values = schema.additionalProperties {
            errors += statements(values, path: path.field("additionalProperties"))
        }
        for (field, inner) in schema.properties.sorted(by: { $0.key < $1.key }) {
            errors += statements(inner, path: path.field("properties").key(field))
        }
        if let items = schema.items { errors += statements(items, path: path.field("items")) }
        for (index, json) in schema.validations.enumerated() {
            errors += problems(
                ValidationRule(json), schema, path: path.field("x-kubernetes-validations").index(index))
        }
        return errors
    }

    private static func problems(_ rule: ValidationRule, _ schema: ObjectSchema, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let text = rule.rule.trimmingBlanks()
        let message = rule.message.trimmingBlanks()
        if text.isEmpty {
            errors.append(.required(path.field("rule"), "rule is not specified"))
        } else if !rule.message.isEmpty, message.isEmpty {
            errors.append(.invalid(path.field("message"), .string(rule.message), "must be non-empty if specified"))
        } else if message.hasLineBreaks {
            errors.append(.invalid(path.field("message"), .string(rule.message), "must not contain line breaks"))
        } else if text.hasLineBreaks, message.isEmpty {
            errors.append(
                .required(path.field("message"), "message must be specified if rule contains line breaks"))
        }
        if !rule.messageExpression.isEmpty, rule.messageExpression.trimmingBlanks().isEmpty {
            errors.append(
                .required(path.field("messageExpression"), "messageExpression must be non-empty if specified"))
        }
        if let reason = rule.reason, !reasons.contains(reason) {
            errors.append(.notSupported(path.field("reason"), .string(reason), supported: reasons))
        }
        if !rule.fieldPath.isEmpty {
            let field = path.field("fieldPath")
            let value = JSONValue.string(rule.fieldPath)
            if rule.fieldPath.trimmingBlanks().isEmpty {
                errors.append(.invalid(field, value, "must be non-empty if specified"))
            }
            if rule.fieldPath.hasLineBreaks { errors.append(.invalid(field, value, "must not contain line breaks")) }
            if RuleFieldPath.normalized(rule.fieldPath, in: schema) == nil {
                errors.append(.invalid(field, value, "must be a valid path"))
            }
        }
        return errors
    }
}

extension UInt64 {
    fileprivate func saturating(times other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    fileprivate func saturating(plus other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

public import KubernetesCore

/// The validation of values against a schema, with the words of Kubernetes' OpenAPI validator.
extension ObjectSchema {
    /// What is wrong with an object's values.
    ///
    /// What did not change since `old` is not judged anew, as Kubernetes does since 1.30 (KEP-4008).
    ///
    /// - Parameters:
    ///   - new: The object, pruned and defaulted; its metadata is not judged here.
    ///   - old: The object before an update; nil for a create.
    public func validate(_ new: JSONValue, old: JSONValue?) -> [FieldError] {
        validate(new, old: old, scale: [])
    }

    /// What is wrong with an object's values, `scale` being what ``ScaleRules`` found wrong with it.
    func validate(_ new: JSONValue, old: JSONValue?, scale: [FieldError]) -> [FieldError] {
        var errors: [FieldError] = []
        validateValues(new, old: old, path: "", isResource: true, into: &errors)
        validateLists(new, old: old, path: "", into: &errors)
        errors += scale
        guard let rules else { return errors }
        if errors.contains(where: \.stopsRules) {
            errors.append(
                .invalid(
                    FieldError.noPath, .null,
                    "some validation rules were not checked because the object was invalid; correct the existing "
                        + "errors to complete validation"))
            return errors
        }
        var judgement = RuleTree.Judgement()
        rules.judge(new, old: old, path: "", into: &judgement)
        return errors + judgement.errors
    }

    /// Where values have the wrong JSON type.
    public func typeErrors(in object: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        validateValues(object, old: nil, path: "", isResource: true, into: &errors)
        return errors.filter { $0.reason == .typeInvalid }
    }

    /// Judges one value and all below it.
    func validateValues(
        _ value: JSONValue, old: JSONValue?, path: String, isResource: Bool, into errors: inout [FieldError]
    ) {
        if let old, old == value { return }
        if value.isNull, self.isNullable { return }
        let hasRightType = validateType(value, path: path, into: &errors)
        validateCombinations(value, path: path, into: &errors)
        guard hasRightType else { return }
        switch value {
        case .string(let text): validateString(text, path: path, into: &errors)
        case .integer, .double: validateNumber(value, path: path, into: &errors)
        case .array(let elements): validateArray(elements, old: old, path: path, into: &errors)
        case .object(let members):
            validateObject(members, old: old, path: path, isResource: isResource, into: &errors)
        case .bool, .null: break
        }
        validateEnumeration(value, path: path, into: &errors)
    }

    private func validateType(_ value: JSONValue, path: String, into errors: inout [FieldError]) -> Bool {
        let fields = fields
        let name = path.isEmpty ? "" : path
        func fail(_ expected: String, _ actual: String) -> Bool {
            errors.append(
                .typeInvalid(path, .string(actual), "\(name) in body must be of type \(expected): \"\(actual)\""))
            return false
        }
        if fields.isIntOrString {
            let isEither = value.stringValue != nil || value.integerValue != nil
            return isEither ? true : fail("integer,string", value.typeName)
        }
        guard let type = fields.type else { return true }
        let isInteger = value.integerValue != nil
        let fits =
            switch type {
            case "integer": isInteger
            case "number": value.doubleValue != nil
            default: value.typeName == type
            }
        if fits { return true }
        if let format = fields.format, value.stringValue == nil, value.arrayValue == nil,
            type == "integer" || type == "number"
        {
            let actual = value.doubleValue == nil ? "" : "float64"
            _ = fail(format, actual)
            if type == "integer", case .double = value { errors.append(.formatUnchecked(format, path)) }
            return false
        }
        return fail(type, value.typeName)
    }

    private func validateCombinations(_ value: JSONValue, path: String, into errors: inout [FieldError]) {
        let fields = fields
        func problems(_ schema: ObjectSchema) -> [FieldError] {
            var found: [FieldError] = []
            schema.validateValues(value, old: nil, path: path, isResource: false, into: &found)
            return found
        }
        func combinationError(_ text: String) -> FieldError {
            .invalid(FieldError.noPath, "", "\"\(path)\" \(text)")
        }
        if !fields.anyOf.isEmpty {
            let results = fields.anyOf.map(problems)
            if !results.contains(where: \.isEmpty) {
                errors.append(combinationError("must validate at least one schema (anyOf)"))
                errors += results.first ?? []
            }
        }
        if !fields.oneOf.isEmpty {
            let results = fields.oneOf.map(problems)
            let valid = results.filter(\.isEmpty).count
            if valid == 0 {
                errors.append(combinationError("must validate one and only one schema (oneOf). Found none valid"))
                errors += results.first ?? []
            } else if valid > 1 {
                errors.append(
                    combinationError(
                        "must validate one and only one schema (oneOf). Found \(valid) valid alternatives"))
            }
        }
        for schema in fields.allOf {
            let found = problems(schema)
            guard !found.isEmpty else { continue }
            if fields.allOf.count == 1 { errors.append(combinationError("must validate all the schemas (allOf)")) }
            errors += found
        }
        if let not = fields.not, problems(not).isEmpty {
            errors.append(combinationError("must not validate the schema (not)"))
        }
    }

    private func validateString(_ text: String, path: String, into errors: inout [FieldError]) {
        let fields = fields
        let count = fields.maxLength != nil || fields.minLength != nil ? text.unicodeScalars.count : 0
        if let limit = fields.maxLength, count > limit { errors.append(.tooLong(path, maxBytes: limit)) }
        if let limit = fields.minLength, count < limit {
            errors.append(.invalid(path, .string(text), "\(path) in body should be at least \(limit) chars long"))
        }
        if let pattern = fields.pattern, !pattern.matches(text) {
            errors.append(.invalid(path, .string(text), "\(path) in body should match '\(pattern.source)'"))
        }
        if let format = fields.format, !SchemaFormats.accepts(text, format: format) {
            errors.append(
                .typeInvalid(path, .string(text), "\(path) in body must be of type \(format): \"\(text)\""))
        }
    }

    private func validateNumber(_ value: JSONValue, path: String, into errors: inout [FieldError]) {
        let fields = fields
        guard let number = value.doubleValue else { return }
        func fail(_ detail: String) { errors.append(.invalid(path, value, detail)) }
        if let factor = fields.multipleOf {
            // The factor is cut to an integer where the value is one, as Go's conversion to the value's type does.
            let used = if case .integer = value { factor.rounded(.towardZero) } else { factor }
            if used <= 0 {
                fail("factor MultipleOf declared for \(path) must be positive: \(GoNumber.text(used))")
            } else if (number / used).rounded() != number / used {
                fail("\(path) in body should be a multiple of \(GoNumber.text(factor))")
            }
        }
        if let format = fields.format, let range = GoNumber.integerRanges[format], !range.contains(number) {
            errors.append(.formatUnchecked(format, path))
        }
        if let limit = fields.maximum, fields.exclusiveMaximum ? number >= limit : number > limit {
            let relation = fields.exclusiveMaximum ? "less than" : "less than or equal to"
            fail("\(path) in body should be \(relation) \(GoNumber.text(limit))")
        }
        if let limit = fields.minimum, fields.exclusiveMinimum ? number <= limit : number < limit {
            let relation = fields.exclusiveMinimum ? "greater than" : "greater than or equal to"
            fail("\(path) in body should be \(relation) \(GoNumber.text(limit))")
        }
    }

    private func validateArray(
        _ elements: [JSONValue], old: JSONValue?, path: String, into errors: inout [FieldError]
    ) {
        let fields = fields
        if let items = fields.items {
            let oldElements = fields.listType == "map" ? oldByKey(old) : [:]
            for (index, element) in elements.enumerated() {
                let oldElement = oldElements.isEmpty ? nil : oldElements[listKey(element)]
                items.validateValues(
                    element, old: oldElement, path: path.index(index), isResource: items.isEmbeddedResource,
                    into: &errors)
            }
        }
        if let limit = fields.minItems, elements.count < limit {
            errors.append(
                .invalid(
                    path, .integer(Int64(elements.count)), "\(path) in body should have at least \(limit) items"))
        }
        if let limit = fields.maxItems, elements.count > limit {
            errors.append(.tooMany(path, actual: elements.count, max: limit, isAlwaysPlural: true))
        }
    }

    private func validateObject(
        _ members: [String: JSONValue], old: JSONValue?, path: String, isResource: Bool,
        into errors: inout [FieldError]
    ) {
        let fields = fields
        if let limit = fields.maxProperties, members.count > limit {
            errors.append(.tooMany(path, actual: members.count, max: limit, isAlwaysPlural: true))
        }
        if let limit = fields.minProperties, members.count < limit {
            errors.append(
                .invalid(
                    path, .integer(Int64(members.count)), "\(path) in body should have at least \(limit) properties"))
        }
        if isResource, !path.isEmpty {
            for name in ["apiVersion", "kind"] where (members[name]?.stringValue ?? "").isEmpty {
                errors.append(.required(path.field(name)))
            }
            errors += ObjectMetaRules.validateEmbedded(members["metadata"], path: path.field("metadata"))
        }
        for name in fields.required where members[name] == nil || isUnsetNull(members[name], name) {
            errors.append(.required(path.field(name)))
        }
        for name in members.keys.sorted() {
            guard let schema = member(name), let value = members[name] else { continue }
            if isResource, name == "metadata" || name == "kind" || name == "apiVersion" { continue }
            if isUnsetNull(value, name) { continue }
            schema.validateValues(
                value, old: old?[name], path: path.field(name), isResource: schema.isEmbeddedResource, into: &errors)
        }
    }

    /// Whether a member is a null that pruning removes, so that it counts as absent.
    private func isUnsetNull(_ value: JSONValue?, _ name: String) -> Bool {
        guard value == .some(.null), let schema = self.properties[name] else { return false }
        return !schema.isNullable
    }

    private func validateEnumeration(_ value: JSONValue, path: String, into errors: inout [FieldError]) {
        guard let values = self.enumeration, !values.isEmpty, !values.contains(value) else { return }
        let names = values.map { $0.stringValue ?? JSONWriter.string($0) }
        errors.append(.notSupported(path, value, supported: names))
    }
}

extension FieldError {
    /// Whether rules in the Common Expression Language can't be judged where this error stands.
    fileprivate var stopsRules: Bool {
        switch reason {
        case .required, .tooLong, .tooMany, .typeInvalid, .notSupported: true
        case .duplicate, .forbidden, .invalid, .notFound: false
        }
    }

    fileprivate static func formatUnchecked(_ format: String, _ path: String) -> FieldError {
        .invalid(noPath, "", "Checked value must be of type integer with format \(format) in \(path)")
    }

    fileprivate static func tooMany(_ path: String, actual: Int, max: Int, isAlwaysPlural: Bool) -> FieldError {
        FieldError(
            path: path, reason: .tooMany, message: "Too many: \(actual): must have at most \(max) items")
    }
}

/// Numbers as Go prints them.
enum GoNumber {
    static let integerRanges: [String: ClosedRange<Double>] = [
        "int32": -2_147_483_648...2_147_483_647, "int64": -9_223_372_036_854_775_808...9_223_372_036_854_775_808,
    ]

    static func text(_ value: Double) -> String {
        if let integer = Int64(exactly: value) { return String(integer) }
        return "\(value)"
    }
}

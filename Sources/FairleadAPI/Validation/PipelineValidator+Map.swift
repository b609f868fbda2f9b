import CEL
import KubernetesCore

extension PipelineValidator {
    /// Judges a map.
    ///
    /// - Returns: The type of an item.
    mutating func validateMap(_ map: MapSpec, _ path: FieldPath, _ place: ReferenceScope.Place) -> CELType {
        if let parallelism = map.parallelism, parallelism < 1 {
            add(path["parallelism"], "must be at least 1, not \(parallelism)")
        }
        switch (map.over, map.count) {
        case (let over?, nil): return validateOver(over, path["over"], place)
        case (nil, let count?):
            validateCount(count, path["count"], place)
            return .int
        case (nil, nil): add(path, "needs one of over, count")
        case (_?, _?): add(path, "takes only one of over, count")
        }
        return .dyn
    }

    private mutating func validateCount(_ count: JSONValue, _ path: FieldPath, _ place: ReferenceScope.Place) {
        if let text = count.stringValue {
            checkValue(text, path, place, .integer)
        } else if let number = count.integerValue {
            if number < 0 { add(path, "must be at least 0, not \(number)") }
            if number > limits.mapItems { add(path, "must be at most \(limits.mapItems), not \(number)") }
        } else {
            add(path, "must be an integer or a reference to one, not \(DecodingProblem.name(of: count))")
        }
    }

    private mutating func validateOver(
        _ over: MapOver, _ path: FieldPath, _ place: ReferenceScope.Place
    ) -> CELType {
        switch over {
        case .single(let source): return validateSource(source, path, place)
        case .product(let factors):
            if factors.isEmpty { add(path, "needs at least one list") }
            var types: [String: CELType] = [:]
            var product = 1
            for factor in factors {
                let field = path[factor.name]
                if let problem = NameRule.valueProblem(factor.name, limit: limits.valueName) { add(field, problem) }
                types[factor.name] = validateSource(factor.source, field, place)
                if case .items(let items) = factor.source {
                    product = product.multipliedReportingOverflow(by: max(1, items.count)).partialValue
                    product = product < 0 || product > limits.mapItems ? limits.mapItems + 1 : product
                }
            }
            if product > limits.mapItems {
                add(path, "makes more than \(limits.mapItems) items; at most \(limits.mapItems) are allowed")
            }
            return .object(ObjectType("item", fields: types))
        }
    }

    /// - Returns: The type of an element.
    private mutating func validateSource(
        _ source: MapSource, _ path: FieldPath, _ place: ReferenceScope.Place
    ) -> CELType {
        switch source {
        case .reference(let text):
            let advice = "; write a reference to a list such as params.countries, or a list"
            guard case .list(let element)? = checkValue(text, path, place, .list, advice: advice) else { return .dyn }
            return element
        case .items(let items):
            if items.count > limits.mapItems {
                add(path, "holds \(items.count) elements; at most \(limits.mapItems) are allowed")
                return .dyn
            }
            for (index, item) in items.enumerated() {
                checkTexts(item, path[index], place)
                if case .bool(let truth) = item, items.contains(where: { $0.stringValue != nil }) {
                    add(path[index], YAMLTrap.message(forListElement: truth))
                }
            }
            return Self.type(of: items)
        }
    }

    /// The type that all elements of a written list have.
    private static func type(of items: [JSONValue]) -> CELType {
        let types = Set(items.map(ValueType.init(of:)))
        guard types.count == 1, let only = types.first, let type = only else { return .dyn }
        let isReplaced = items.contains { $0.stringValue?.contains("$(") ?? false }
        guard type == .object else { return isReplaced ? .dyn : CELType(type) }
        let members = items.compactMap(\.objectValue)
        guard let names = members.first.map({ Set($0.keys) }), members.allSatisfy({ Set($0.keys) == names }) else {
            return .map(.string, .dyn)
        }
        let fields = names.map { ($0, CELType.dyn) }
        return .object(ObjectType("item", fields: Dictionary(fields, uniquingKeysWith: { first, _ in first })))
    }
}

import FairleadAPI
public import KubernetesCore

/// The items of a task: one for a task that is not mapped, else those of its `map`.
///
/// A product is never written out: an item's value is computed from its index.
public enum TaskItems: Sendable, Hashable {
    /// The task is not mapped.
    case single
    /// So many items without a value of their own.
    case count(Int)
    /// One item for each value.
    case list([JSONValue])
    /// One item for each combination; the last factor turns fastest.
    case product([Factor])

    /// A factor of a product.
    public struct Factor: Sendable, Hashable {
        /// The member of `item` that holds its value.
        public var name: String
        /// Its values.
        public var values: [JSONValue]

        /// Names values.
        public init(name: String, values: [JSONValue]) {
            self.name = name
            self.values = values
        }
    }

    /// How many items there are.
    public var count: Int {
        switch self {
        case .single: 1
        case .count(let count): count
        case .list(let values): values.count
        case .product(let factors):
            factors.reduce(1) { product, factor in
                let (value, overflow) = product.multipliedReportingOverflow(by: factor.values.count)
                return overflow ? Int.max : value
            }
        }
    }

    /// What `item` holds for an index, nil where the task is not mapped.
    public func value(at index: Int) -> JSONValue? {
        switch self {
        case .single: return nil
        case .count: return .integer(Int64(index))
        case .list(let values): return values.indices.contains(index) ? values[index] : .null
        case .product(let factors):
            var rest = index
            var item: [String: JSONValue] = [:]
            for factor in factors.reversed() {
                guard !factor.values.isEmpty else { return .null }
                item[factor.name] = factor.values[rest % factor.values.count]
                rest /= factor.values.count
            }
            return .object(item)
        }
    }
}

extension TaskItems {
    /// The items of a map.
    ///
    /// - Throws: ``TaskProblem`` where what it names is no list, or too long a one.
    init(_ map: MapSpec, in scope: Scope) throws(TaskProblem) {
        switch (map.over, map.count) {
        case (.single(let source), _): self = .list(try Self.values(of: source, "map.over", in: scope))
        case (.product(let factors), _):
            var list: [Factor] = []
            for factor in factors {
                let values = try Self.values(of: factor.source, "map.over.\(factor.name)", in: scope)
                list.append(Factor(name: factor.name, values: values))
            }
            self = .product(list)
        case (nil, let count?): self = .count(try Self.number(count, in: scope))
        case (nil, nil): throw TaskProblem(.invalidSpec, "map: give \"over\" or \"count\"")
        }
        let limit = Limits.published.mapItems
        guard count <= limit else {
            throw TaskProblem(.invalidSpec, "map: \(count) items; a map may have at most \(limit)")
        }
    }

    private static func values(
        of source: MapSource, _ field: String, in scope: Scope
    ) throws(TaskProblem) -> [JSONValue] {
        switch source {
        case .items(let values):
            do throws(ExpressionError) {
                return try TemplateValue.evaluate(.array(values), in: scope).arrayValue ?? []
            } catch {
                throw TaskProblem(.expressionFailed, "\(field): \(error)")
            }
        case .reference(let text):
            let value = try Self.value(of: text, field, in: scope)
            if case .array(let values) = value { return values }
            if value == .null { return [] }
            throw TaskProblem(.expressionFailed, "\(field): \(text) is no list: \(value.excerpt)")
        }
    }

    private static func number(_ count: JSONValue, in scope: Scope) throws(TaskProblem) -> Int {
        var value = count
        if case .string(let text) = count { value = try Self.value(of: text, "map.count", in: scope) }
        guard case .integer(let number) = value, let count = Int(exactly: number), count >= 0 else {
            throw TaskProblem(
                .expressionFailed, "map.count: must be a whole number of at least 0, not \(value.excerpt)")
        }
        return count
    }

    private static func value(
        of text: String, _ field: String, in scope: Scope
    ) throws(TaskProblem) -> JSONValue {
        do throws(ExpressionError) {
            return try Template(value: text).evaluate(in: scope)
        } catch {
            throw TaskProblem(.expressionFailed, "\(field): \(error)")
        }
    }
}

extension JSONValue {
    /// The value as JSON, cut to what fits into a message.
    var excerpt: String {
        let text = JSONWriter.string(self)
        return text.count > 80 ? "\(text.prefix(80))…" : text
    }
}

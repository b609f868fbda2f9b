/// Functions on lists.
enum ListLibrary {
    /// The types whose values have an order.
    static let ordered: [CELType] = [.int, .uint, .double, .bool, .duration, .timestamp, .string, .bytes]

    static let functions =
        sums + [
            extreme("min", .before), extreme("max", .after),
            FunctionDeclaration(
                "isSorted",
                ordered.map { type in
                    .list("list_\(type)_is_sorted_bool", of: type, .bool, cost: .traversal) {
                        list, _ throws(EvaluationFailure) in
                        for (first, second) in zip(list, list.dropFirst()) where try ordering(first, second) == .after {
                            return .bool(false)
                        }
                        return .bool(true)
                    }
                }),
            FunctionDeclaration(
                "indexOf",
                .list("list_index_of_int", with: [.parameter("T")], .int, cost: .traversal) {
                    list, more throws(EvaluationFailure) in
                    try place(of: more[0], in: list.enumerated())
                }),
            FunctionDeclaration(
                "lastIndexOf",
                .list("list_last_index_of_int", with: [.parameter("T")], .int, cost: .traversal) {
                    list, more throws(EvaluationFailure) in
                    try place(of: more[0], in: list.enumerated().reversed())
                }),
        ]

    /// How two values of one type with an order compare.
    static func ordering(_ left: Value, _ right: Value) throws(EvaluationFailure) -> Value.NumericOrder {
        if let order = left.numericOrder(to: right) { return order }
        func of(_ isBefore: Bool, _ isSame: Bool) -> Value.NumericOrder { isBefore ? .before : isSame ? .same : .after }
        switch (left, right) {
        case (.bool(let first), .bool(let second)): return of(!first && second, first == second)
        case (.string(let first), .string(let second)):
            return of(first.isBefore(second), first.hasSameScalars(as: second))
        case (.bytes(let first), .bytes(let second)):
            return of(first.lexicographicallyPrecedes(second), first == second)
        case (.timestamp(let first), .timestamp(let second)): return of(first < second, first == second)
        case (.duration(let first), .duration(let second)): return of(first < second, first == second)
        default: throw EvaluationFailure("no such overload")
        }
    }

    private static func extreme(_ name: String, _ wanted: Value.NumericOrder) -> FunctionDeclaration {
        FunctionDeclaration(
            name,
            ordered.map { type in
                .list("list_\(type)_\(name)", of: type, type, cost: .traversal) { list, _ throws(EvaluationFailure) in
                    guard var best = list.first else { throw EvaluationFailure("\(name) called on empty list") }
                    for value in list.dropFirst() where try ordering(value, best) == wanted { best = value }
                    return best
                }
            })
    }

    private static let sums = [
        FunctionDeclaration(
            "sum",
            [
                sum(.int, .int(0)) { left, right throws(EvaluationFailure) in
                    guard case .int(let first) = left, case .int(let second) = right else {
                        throw EvaluationFailure("no such overload")
                    }
                    return .int(try StandardLibrary.exact(first.addingReportingOverflow(second)))
                },
                sum(.uint, .uint(0)) { left, right throws(EvaluationFailure) in
                    guard case .uint(let first) = left, case .uint(let second) = right else {
                        throw EvaluationFailure("no such overload")
                    }
                    return .uint(try StandardLibrary.exact(first.addingReportingOverflow(second)))
                },
                sum(.double, .double(0)) { left, right throws(EvaluationFailure) in
                    guard case .double(let first) = left, case .double(let second) = right else {
                        throw EvaluationFailure("no such overload")
                    }
                    return .double(first + second)
                },
                sum(.duration, .duration(CELDuration(totalNanoseconds: 0))) { left, right throws(EvaluationFailure) in
                    guard case .duration(let first) = left, case .duration(let second) = right,
                        let total = first.adding(second)
                    else { throw EvaluationFailure("duration out of range") }
                    return .duration(total)
                },
            ])
    ]

    private static func sum(
        _ type: CELType, _ zero: Value,
        _ add: @escaping @Sendable (Value, Value) throws(EvaluationFailure) -> Value
    ) -> Overload {
        .list("list_\(type)_sum", of: type, type, cost: .traversal) { list, _ throws(EvaluationFailure) in
            var total = zero
            for value in list { total = try add(total, value) }
            return total
        }
    }

    private static func place(
        of wanted: Value, in elements: some Sequence<(offset: Int, element: Value)>
    ) throws(EvaluationFailure) -> Value {
        var steps = Cost.maxSteps
        let found = elements.first { $0.element.isEqual(to: wanted, steps: &steps) }
        if steps <= 0 { throw EvaluationFailure("the values are too large to compare", isCost: true) }
        return .int(found.map { Int64($0.offset) } ?? -1)
    }
}

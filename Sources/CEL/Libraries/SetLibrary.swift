/// Lists taken as sets.
enum SetLibrary {
    private static let some = CELType.parameter("T")

    static let functions = [
        relation("sets.contains", "list_sets_contains_list") { left, right, steps in
            right.allSatisfy { has(left, $0, &steps) }
        },
        relation("sets.equivalent", "list_sets_equivalent_list") { left, right, steps in
            right.allSatisfy { has(left, $0, &steps) } && left.allSatisfy { has(right, $0, &steps) }
        },
        relation("sets.intersects", "list_sets_intersects_list") { left, right, steps in
            left.contains { has(right, $0, &steps) }
        },
    ]

    private static func has(_ list: [Value], _ value: Value, _ steps: inout Int) -> Bool {
        list.contains { $0.isEqual(to: value, steps: &steps) }
    }

    private static func relation(
        _ name: String, _ id: String, _ holds: @escaping @Sendable ([Value], [Value], inout Int) -> Bool
    ) -> FunctionDeclaration {
        FunctionDeclaration(
            name,
            Overload.values(id, [.list(some), .list(some)], .bool, cost: .pairs) { values throws(EvaluationFailure) in
                guard case .list(let left) = values[0], case .list(let right) = values[1] else {
                    throw EvaluationFailure("no such overload")
                }
                var steps = Cost.maxSteps
                let result = holds(left, right, &steps)
                if steps <= 0 { throw EvaluationFailure("the values are too large to compare", isCost: true) }
                return .bool(result)
            })
    }
}

/// Functions that make lists of lists.
enum SequenceLibrary {
    private static let some = CELType.parameter("T")

    static let functions = [
        FunctionDeclaration(
            "slice",
            .list("list_slice", with: [.int, .int], .list(some), cost: .traversal) {
                list, more throws(EvaluationFailure) in
                guard case .int(let start) = more[0], case .int(let end) = more[1] else {
                    throw EvaluationFailure("no such overload")
                }
                guard start >= 0, end >= start, end <= list.count else {
                    throw EvaluationFailure("cannot slice(\(start), \(end)), list is length \(list.count)")
                }
                return .list(Array(list[Int(start)..<Int(end)]))
            }),
        FunctionDeclaration(
            "flatten",
            .list("list_flatten", of: .list(some), .list(some), cost: .traversal) { list, _ throws(EvaluationFailure) in
                .list(try flat(list, depth: 1))
            },
            .list("list_flatten_int", of: .dyn, with: [.int], .list(.dyn), cost: .traversal) {
                list, more throws(EvaluationFailure) in
                guard case .int(let depth) = more[0], depth >= 0 else {
                    throw EvaluationFailure("level must be non-negative")
                }
                return .list(try flat(list, depth: depth))
            }),
        FunctionDeclaration(
            "sort",
            ListLibrary.ordered.map { type in
                .list("list_\(type)_sort", of: type, .list(type), cost: .traversal) {
                    list, _ throws(EvaluationFailure) in
                    .list(try sorted(list, by: list))
                }
            }),
        FunctionDeclaration(
            "@sortByAssociatedKeys",
            ListLibrary.ordered.map { type in
                .list("list_\(type)_sortByAssociatedKeys", with: [.list(type)], .list(some), cost: .traversal) {
                    list, more throws(EvaluationFailure) in
                    guard case .list(let keys) = more[0] else { throw EvaluationFailure("no such overload") }
                    return .list(try sorted(list, by: keys))
                }
            }),
        FunctionDeclaration(
            "lists.range",
            .values("lists_range", [.int], .list(.int)) { values throws(EvaluationFailure) in
                guard case .int(let count) = values[0], count >= 0 else { throw EvaluationFailure("no such overload") }
                try Sizes.check(Int(clamping: count), most: Sizes.list)
                return .list((0..<count).map { .int($0) })
            }),
        FunctionDeclaration(
            "reverse", .list("list_reverse", .list(some), cost: .traversal) { list, _ in .list(list.reversed()) }),
        FunctionDeclaration(
            "distinct",
            .list("list_distinct", .list(some), cost: .traversal) { list, _ throws(EvaluationFailure) in
                var steps = Cost.maxSteps
                var kept: [Value] = []
                for value in list where !kept.contains(where: { $0.isEqual(to: value, steps: &steps) }) {
                    if steps <= 0 { throw EvaluationFailure("the values are too large to compare", isCost: true) }
                    kept.append(value)
                }
                return .list(kept)
            }),
        FunctionDeclaration("first", .list("list_first", .optional(some)) { list, _ in .optional(list.first) }),
        FunctionDeclaration("last", .list("list_last", .optional(some)) { list, _ in .optional(list.last) }),
    ]

    private static func flat(_ list: [Value], depth: Int64) throws(EvaluationFailure) -> [Value] {
        var result: [Value] = []
        for value in list {
            if depth > 0, case .list(let inner) = value {
                result += try flat(inner, depth: depth - 1)
            } else {
                result.append(value)
            }
            try Sizes.check(result.count, most: Sizes.list)
        }
        return result
    }

    private static func sorted(_ list: [Value], by keys: [Value]) throws(EvaluationFailure) -> [Value] {
        guard list.count == keys.count else { throw EvaluationFailure("no such overload") }
        for (first, second) in zip(keys, keys.dropFirst()) { _ = try ListLibrary.ordering(first, second) }
        let order = list.indices.sorted { left, right in
            // Orders of all neighbours exist, so that none is missing here; equal keys keep their places.
            switch try? ListLibrary.ordering(keys[left], keys[right]) {
            case .before: true
            case .same, nil: left < right
            case .after, .unordered: false
            }
        }
        return order.map { list[$0] }
    }
}

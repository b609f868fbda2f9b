/// Operators and functions of the language's core.
enum StandardLibrary {
    private static let some = CELType.parameter("A")
    private static let other = CELType.parameter("B")

    static let functions = logic + orders + arithmetic + containers + texts

    private static let logic = [
        FunctionDeclaration(
            Operator.conditional, .values("conditional", [.bool, some, some], some)),
        FunctionDeclaration(Operator.and, .values("logical_and", [.bool, .bool], .bool)),
        FunctionDeclaration(Operator.or, .values("logical_or", [.bool, .bool], .bool)),
        FunctionDeclaration(Operator.not, .function("logical_not") { (value: Bool) in !value }),
        FunctionDeclaration(Operator.notStrictlyFalse, .values("not_strictly_false", [.bool], .bool)),
        FunctionDeclaration(Operator.equal, .values("equals", [some, some], .bool, cost: .shorter)),
        FunctionDeclaration(Operator.notEqual, .values("not_equals", [some, some], .bool, cost: .shorter)),
        FunctionDeclaration("type", .values("type", [some], .type(some)) { .type($0[0].type) }),
        FunctionDeclaration("dyn", .values("to_dyn", [some], .dyn) { $0[0] }),
    ]

    // MARK: - Order

    private static let orders = [
        order("_<_", "less") { $0 == .before },
        order("_<=_", "less_equals") { $0 == .before || $0 == .same },
        order("_>_", "greater") { $0 == .after },
        order("_>=_", "greater_equals") { $0 == .after || $0 == .same },
    ]

    private static let numbers: [(String, CELType)] = [("int64", .int), ("uint64", .uint), ("double", .double)]

    private static func order(
        _ name: String, _ id: String, _ holds: @escaping @Sendable (Value.NumericOrder) -> Bool
    ) -> FunctionDeclaration {
        @Sendable func of(_ isBefore: Bool, _ isSame: Bool) -> Bool {
            holds(isBefore ? .before : isSame ? .same : .after)
        }
        var overloads: [Overload] = [
            .function("\(id)_bool") { (left: Bool, right: Bool) in of(!left && right, left == right) },
            .function("\(id)_string", cost: .shorter) { (left: String, right: String) in
                of(left.isBefore(right), left.hasSameScalars(as: right))
            },
            .function("\(id)_bytes", cost: .shorter) { (left: [UInt8], right: [UInt8]) in
                of(left.lexicographicallyPrecedes(right), left == right)
            },
            .function("\(id)_timestamp") { (left: Timestamp, right: Timestamp) in of(left < right, left == right) },
            .function("\(id)_duration") { (left: CELDuration, right: CELDuration) in of(left < right, left == right) },
        ]
        for (leftName, left) in numbers {
            for (rightName, right) in numbers {
                let suffix = leftName == rightName ? leftName : "\(leftName)_\(rightName)"
                overloads.append(
                    .values("\(id)_\(suffix)", [left, right], .bool) { values in
                        .bool(holds(values[0].numericOrder(to: values[1]) ?? .unordered))
                    })
            }
        }
        return FunctionDeclaration(name, overloads)
    }

    // MARK: - Arithmetic

    private static let arithmetic = [
        FunctionDeclaration(
            Operator.add,
            .function("add_int64") { (left: Int64, right: Int64) throws(EvaluationFailure) in
                try exact(left.addingReportingOverflow(right))
            },
            .function("add_uint64") { (left: UInt64, right: UInt64) throws(EvaluationFailure) in
                try exact(left.addingReportingOverflow(right))
            },
            .function("add_double") { (left: Double, right: Double) in left + right },
            .function("add_string", cost: .sum) { (left: String, right: String) throws(EvaluationFailure) in
                try Sizes.check(left.utf8.count + right.utf8.count, most: Sizes.string)
                return left + right
            },
            .function("add_bytes", cost: .sum) { (left: [UInt8], right: [UInt8]) throws(EvaluationFailure) in
                try Sizes.check(left.count + right.count, most: Sizes.string)
                return left + right
            },
            .values("add_list", [.list(some), .list(some)], .list(some)) { values throws(EvaluationFailure) in
                guard case .list(let left) = values[0], case .list(let right) = values[1] else { return .null }
                try Sizes.check(left.count + right.count, most: Sizes.list)
                return .list(left + right)
            }),
        FunctionDeclaration(
            "_-_",
            .function("subtract_int64") { (left: Int64, right: Int64) throws(EvaluationFailure) in
                try exact(left.subtractingReportingOverflow(right))
            },
            .function("subtract_uint64") { (left: UInt64, right: UInt64) throws(EvaluationFailure) in
                try exact(left.subtractingReportingOverflow(right))
            },
            .function("subtract_double") { (left: Double, right: Double) in left - right }),
        FunctionDeclaration(
            "_*_",
            .function("multiply_int64") { (left: Int64, right: Int64) throws(EvaluationFailure) in
                try exact(left.multipliedReportingOverflow(by: right))
            },
            .function("multiply_uint64") { (left: UInt64, right: UInt64) throws(EvaluationFailure) in
                try exact(left.multipliedReportingOverflow(by: right))
            },
            .function("multiply_double") { (left: Double, right: Double) in left * right }),
        FunctionDeclaration(
            "_/_",
            .function("divide_int64") { (left: Int64, right: Int64) throws(EvaluationFailure) in
                if right == 0 { throw EvaluationFailure("division by zero") }
                return try exact(left.dividedReportingOverflow(by: right))
            },
            .function("divide_uint64") { (left: UInt64, right: UInt64) throws(EvaluationFailure) in
                if right == 0 { throw EvaluationFailure("division by zero") }
                return left / right
            },
            .function("divide_double") { (left: Double, right: Double) in left / right }),
        FunctionDeclaration(
            "_%_",
            .function("modulo_int64") { (left: Int64, right: Int64) throws(EvaluationFailure) in
                if right == 0 { throw EvaluationFailure("modulus by zero") }
                return try exact(left.remainderReportingOverflow(dividingBy: right))
            },
            .function("modulo_uint64") { (left: UInt64, right: UInt64) throws(EvaluationFailure) in
                if right == 0 { throw EvaluationFailure("modulus by zero") }
                return left % right
            }),
        FunctionDeclaration(
            Operator.negate,
            .function("negate_int64") { (value: Int64) throws(EvaluationFailure) in
                try exact(Int64(0).subtractingReportingOverflow(value))
            },
            .function("negate_double") { (value: Double) in -value }),
    ]

    static func exact<Number: FixedWidthInteger>(
        _ result: (partialValue: Number, overflow: Bool)
    ) throws(EvaluationFailure) -> Number {
        guard !result.overflow else {
            throw EvaluationFailure(Number.isSigned ? "integer overflow" : "unsigned integer overflow")
        }
        return result.partialValue
    }

    // MARK: - Containers and texts

    private static let containers = [
        FunctionDeclaration(
            Operator.index, .values("index_list", [.list(some), .int], some),
            .values("index_map", [.map(some, other), some], other),
            .values("optional_list_index_int", [.optional(.list(some)), .int], .optional(some)),
            .values("optional_map_index_value", [.optional(.map(some, other)), some], .optional(other))),
        FunctionDeclaration(
            Operator.contained, .values("in_list", [some, .list(some)], .bool),
            .values("in_map", [some, .map(some, other)], .bool)),
        FunctionDeclaration("size", sizes(isMember: false) + sizes(isMember: true)),
    ]

    private static func sizes(isMember: Bool) -> [Overload] {
        let kinds: [(String, CELType)] = [
            ("string", .string), ("bytes", .bytes), ("list", .list(some)), ("map", .map(some, other)),
        ]
        return kinds.map { name, type in
            .values(isMember ? "\(name)_size" : "size_\(name)", isMember: isMember, [type], .int) { values in
                .int(Int64(clamping: CallCost.size(values[0])))
            }
        }
    }

    private static let texts = [
        FunctionDeclaration(
            "contains",
            .function("contains_string", isMember: true, cost: .product) { (text: String, part: String) in
                Scalars.index(of: Array(part.utf8), in: Array(text.utf8), from: 0) != nil
            }),
        FunctionDeclaration(
            "startsWith",
            .function("starts_with_string", isMember: true, cost: .argumentCharacters) {
                (text: String, part: String) in
                text.utf8.starts(with: part.utf8)
            }),
        FunctionDeclaration(
            "endsWith",
            .function("ends_with_string", isMember: true, cost: .argumentCharacters) {
                (text: String, part: String) in
                text.utf8.reversed().starts(with: part.utf8.reversed())
            }),
        FunctionDeclaration("matches", matches("matches", isMember: false), matches("matches_string", isMember: true)),
    ]

    private static func matches(_ id: String, isMember: Bool) -> Overload {
        .function(id, isMember: isMember, cost: .pattern) { (text: String, pattern: String) throws(EvaluationFailure) in
            try LinearPattern.compiled(pattern).matches(text)
        }
    }

    static let insertions = [
        FunctionDeclaration(
            Operator.mapInsert,
            .values("cel_@mapInsert_map_map", [.map(some, other), .map(some, other)], .map(some, other)),
            .values("cel_@mapInsert_map_key_value", [.map(some, other), some, other], .map(some, other)))
    ]
}

/// How large values may become while an expression is evaluated.
enum Sizes {
    /// Bytes of a text.
    static let string = 10_000_000
    /// Elements of a list.
    static let list = 1_000_000

    static func check(_ size: Int, most: Int) throws(EvaluationFailure) {
        guard size <= most else { throw EvaluationFailure("the value is too large: more than \(most)") }
    }
}

/// Search in texts as arrays.
enum Scalars {
    /// Where a part is first found, from a place on.
    static func index<Element: Equatable>(of part: [Element], in whole: [Element], from start: Int) -> Int? {
        guard start >= 0, part.count + start <= whole.count else { return nil }
        guard let first = part.first else { return start }
        var index = start
        while index + part.count <= whole.count {
            if whole[index] == first, whole[index..<(index + part.count)].elementsEqual(part) { return index }
            index += 1
        }
        return nil
    }
}

/// Values that may be absent.
enum OptionalLibrary {
    private static let some = CELType.parameter("V")
    private static let other = CELType.parameter("K")

    static let functions = [
        FunctionDeclaration("optional.none", .values("optional_none", [], .optional(some)) { _ in .optional(nil) }),
        FunctionDeclaration("optional.of", .values("optional_of", [some], .optional(some)) { .optional($0[0]) }),
        FunctionDeclaration(
            "optional.ofNonZeroValue",
            .values("optional_ofNonZeroValue", [some], .optional(some)) { .optional(isZero($0[0]) ? nil : $0[0]) }),
        FunctionDeclaration(
            "optional.unwrap",
            .values("optional_unwrap", [.list(.optional(some))], .list(some)) {
                values throws(EvaluationFailure) in try unwrapped(values)
            }),
        FunctionDeclaration(
            "unwrapOpt",
            .values("optional_unwrapOpt", isMember: true, [.list(.optional(some))], .list(some)) {
                values throws(EvaluationFailure) in try unwrapped(values)
            }),
        member("value", [], some) { inner, _ throws(EvaluationFailure) in
            guard let inner else { throw EvaluationFailure("optional.none() dereference") }
            return inner
        },
        member("hasValue", [], .bool) { inner, _ in .bool(inner != nil) },
        member("or", [.optional(some)], .optional(some)) { inner, more in inner.map { .optional($0) } ?? more[0] },
        member("orValue", [some], some) { inner, more in inner ?? more[0] },
        FunctionDeclaration(
            Operator.optionalIndex,
            .values("list_optindex_optional_int", [.list(some), .int], .optional(some)),
            .values("optional_list_optindex_optional_int", [.optional(.list(some)), .int], .optional(some)),
            .values("map_optindex_optional_value", [.map(other, some), other], .optional(some)),
            .values("optional_map_optindex_optional_value", [.optional(.map(other, some)), other], .optional(some))),
    ]

    private static func member(
        _ name: String, _ more: [CELType], _ result: CELType,
        _ body: @escaping @Sendable (Value?, [Value]) throws(EvaluationFailure) -> Value
    ) -> FunctionDeclaration {
        FunctionDeclaration(
            name,
            Overload.values("optional_\(name)", isMember: true, [.optional(some)] + more, result) {
                values throws(EvaluationFailure) in
                guard case .optional(let inner) = values[0] else { throw EvaluationFailure("no such overload") }
                return try body(inner, Array(values.dropFirst()))
            })
    }

    private static func unwrapped(_ values: [Value]) throws(EvaluationFailure) -> Value {
        guard case .list(let list)? = values.first else { throw EvaluationFailure("no such overload") }
        return .list(
            list.compactMap { value in
                guard case .optional(let inner) = value else { return value }
                return inner
            })
    }

    private static func isZero(_ value: Value) -> Bool {
        switch value {
        case .null: true
        case .bool(let bool): !bool
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let list): list.isEmpty
        case .map(let map): map.count == 0
        case .optional(let inner): inner == nil
        case .duration(let span): span.totalNanoseconds == 0
        case .timestamp(let time): time.seconds == Timestamp.secondsOfFirst && time.nanoseconds == 0
        default: false
        }
    }
}

/// Functions on numbers.
enum MathLibrary {
    static let functions = [extreme("max", .after), extreme("min", .before)] + rounding + tests + signs + bits + roots

    private static let numbers: [CELType] = [.int, .uint, .double]

    private static func extreme(_ name: String, _ wanted: Value.NumericOrder) -> FunctionDeclaration {
        let pick: @Sendable ([Value]) throws(EvaluationFailure) -> Value = { values throws(EvaluationFailure) in
            guard var best = values.first else {
                throw EvaluationFailure("math.@\(name)(list) argument must not be empty")
            }
            for value in values {
                guard let order = value.numericOrder(to: best) else { throw EvaluationFailure("no such overload") }
                if order == wanted { best = value }
            }
            return best
        }
        var overloads: [Overload] = []
        for type in numbers {
            overloads.append(.values("math_@\(name)_\(type)", [type], type) { $0[0] })
            for other in numbers {
                overloads.append(
                    .values("math_@\(name)_\(type)_\(other)", [type, other], type == other ? type : .dyn, pick))
            }
            overloads.append(
                .values("math_@\(name)_list_\(type)", [.list(type)], type) { values throws(EvaluationFailure) in
                    guard case .list(let list) = values[0] else { throw EvaluationFailure("no such overload") }
                    return try pick(list)
                })
        }
        return FunctionDeclaration("math.@\(name)", overloads)
    }

    private static let rounding = [
        FunctionDeclaration("math.ceil", .function("math_ceil_double") { (value: Double) in value.rounded(.up) }),
        FunctionDeclaration("math.floor", .function("math_floor_double") { (value: Double) in value.rounded(.down) }),
        FunctionDeclaration("math.round", .function("math_round_double") { (value: Double) in value.rounded() }),
        FunctionDeclaration(
            "math.trunc", .function("math_trunc_double") { (value: Double) in value.rounded(.towardZero) }),
    ]

    private static let tests = [
        FunctionDeclaration("math.isInf", .function("math_isInf_double") { (value: Double) in value.isInfinite }),
        FunctionDeclaration("math.isNaN", .function("math_isNaN_double") { (value: Double) in value.isNaN }),
        FunctionDeclaration("math.isFinite", .function("math_isFinite_double") { (value: Double) in value.isFinite }),
    ]

    private static let signs = [
        FunctionDeclaration(
            "math.abs", .function("math_abs_double") { (value: Double) in value.magnitude },
            .function("math_abs_int") { (value: Int64) throws(EvaluationFailure) in
                guard let result = Int64(exactly: value.magnitude) else { throw EvaluationFailure("integer overflow") }
                return result
            },
            .function("math_abs_uint") { (value: UInt64) in value }),
        FunctionDeclaration(
            "math.sign",
            .function("math_sign_double") { (value: Double) in value > 0 ? 1 : value < 0 ? -1 : value },
            .function("math_sign_int") { (value: Int64) in value.signum() },
            .function("math_sign_uint") { (value: UInt64) in value.signum() }),
    ]

    private static let bits = [
        FunctionDeclaration(
            "math.bitAnd", .function("math_bitAnd_int_int") { (left: Int64, right: Int64) in left & right },
            .function("math_bitAnd_uint_uint") { (left: UInt64, right: UInt64) in left & right }),
        FunctionDeclaration(
            "math.bitOr", .function("math_bitOr_int_int") { (left: Int64, right: Int64) in left | right },
            .function("math_bitOr_uint_uint") { (left: UInt64, right: UInt64) in left | right }),
        FunctionDeclaration(
            "math.bitXor", .function("math_bitXor_int_int") { (left: Int64, right: Int64) in left ^ right },
            .function("math_bitXor_uint_uint") { (left: UInt64, right: UInt64) in left ^ right }),
        FunctionDeclaration(
            "math.bitNot", .function("math_bitNot_int_int") { (value: Int64) in ~value },
            .function("math_bitNot_uint_uint") { (value: UInt64) in ~value }),
        FunctionDeclaration(
            "math.bitShiftLeft",
            .function("math_bitShiftLeft_int_int") { (value: Int64, count: Int64) throws(EvaluationFailure) in
                Int64(bitPattern: UInt64(bitPattern: value) << (try shift(count)))
            },
            .function("math_bitShiftLeft_uint_int") { (value: UInt64, count: Int64) throws(EvaluationFailure) in
                value << (try shift(count))
            }),
        FunctionDeclaration(
            "math.bitShiftRight",
            .function("math_bitShiftRight_int_int") { (value: Int64, count: Int64) throws(EvaluationFailure) in
                // The sign's bit moves like the others.
                Int64(bitPattern: UInt64(bitPattern: value) >> (try shift(count)))
            },
            .function("math_bitShiftRight_uint_int") { (value: UInt64, count: Int64) throws(EvaluationFailure) in
                value >> (try shift(count))
            }),
    ]

    private static func shift(_ count: Int64) throws(EvaluationFailure) -> Int64 {
        guard count >= 0 else { throw EvaluationFailure("math.bitShift() negative offset: \(count)") }
        return count
    }

    private static let roots = [
        FunctionDeclaration(
            "math.sqrt", .function("math_sqrt_double") { (value: Double) in value.squareRoot() },
            .function("math_sqrt_int") { (value: Int64) in Double(value).squareRoot() },
            .function("math_sqrt_uint") { (value: UInt64) in Double(value).squareRoot() })
    ]
}

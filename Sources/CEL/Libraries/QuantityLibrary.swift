/// Amounts of resources.
enum QuantityLibrary {
    static let functions = [
        FunctionDeclaration(
            "quantity",
            .function("string_to_quantity", cost: .firstCharacters(1)) { (text: String) throws(EvaluationFailure) in
                guard let quantity = DecimalQuantity(text) else {
                    throw EvaluationFailure(
                        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
                }
                return quantity
            }),
        FunctionDeclaration(
            "isQuantity",
            .function("is_quantity_string", cost: .firstCharacters(1)) { (text: String) in
                DecimalQuantity(text) != nil
            }),
        FunctionDeclaration(
            "sign", .function("quantity_sign") { (value: DecimalQuantity) in Int64(value.nanos.signum()) }),
        FunctionDeclaration(
            "isGreaterThan",
            .function("quantity_is_greater_than", isMember: true) { (left: DecimalQuantity, right: DecimalQuantity) in
                left > right
            }),
        FunctionDeclaration(
            "isLessThan",
            .function("quantity_is_less_than", isMember: true) { (left: DecimalQuantity, right: DecimalQuantity) in
                left < right
            }),
        FunctionDeclaration(
            "compareTo",
            .function("quantity_compare_to", isMember: true) { (left: DecimalQuantity, right: DecimalQuantity) in
                Int64(left < right ? -1 : left == right ? 0 : 1)
            }),
        FunctionDeclaration(
            "asApproximateFloat",
            .function("quantity_get_float", isMember: true) { (value: DecimalQuantity) in value.approximate }),
        FunctionDeclaration(
            "asInteger",
            .function("quantity_get_int", isMember: true) { (value: DecimalQuantity) throws(EvaluationFailure) in
                guard let integer = value.integer else { throw EvaluationFailure("cannot convert value to integer") }
                return integer
            }),
        FunctionDeclaration(
            "isInteger",
            .function("quantity_is_integer", isMember: true) { (value: DecimalQuantity) in value.integer != nil }),
        FunctionDeclaration(
            "add",
            .function("quantity_add", isMember: true) { (left: DecimalQuantity, right: DecimalQuantity) in
                left.adding(right)
            },
            .function("quantity_add_int", isMember: true) { (left: DecimalQuantity, right: Int64) in
                left.adding(DecimalQuantity(right))
            }),
        FunctionDeclaration(
            "sub",
            .function("quantity_sub", isMember: true) { (left: DecimalQuantity, right: DecimalQuantity) in
                left.adding(right.negated)
            },
            .function("quantity_sub_int", isMember: true) { (left: DecimalQuantity, right: Int64) in
                left.adding(DecimalQuantity(right).negated)
            }),
    ]
}

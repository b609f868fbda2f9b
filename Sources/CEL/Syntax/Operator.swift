/// The functions behind the operators, by the names that errors tell.
enum Operator {
    static let conditional = "_?_:_"
    static let and = "_&&_"
    static let or = "_||_"
    static let not = "!_"
    static let negate = "-_"
    static let index = "_[_]"
    static let optionalIndex = "_[?_]"
    static let optionalSelect = "_?._"
    static let add = "_+_"
    static let equal = "_==_"
    static let notEqual = "_!=_"
    static let contained = "@in"
    static let notStrictlyFalse = "@not_strictly_false"
    static let mapInsert = "cel.@mapInsert"

    /// Sign, strength and function of the binary operators.
    static let binary: [String: (strength: Int, function: String)] = [
        "<": (1, "_<_"), "<=": (1, "_<=_"), ">": (1, "_>_"), ">=": (1, "_>=_"), "==": (1, equal), "!=": (1, notEqual),
        "in": (1, contained), "+": (2, add), "-": (2, "_-_"), "*": (3, "_*_"), "/": (3, "_/_"), "%": (3, "_%_"),
    ]
}

/// What the checker has found out about a node, for those who evaluate it.
enum Resolution: Sendable {
    case none
    /// A variable of a macro, by its place.
    case local(Int)
    /// A variable of the caller's; a chain of fields may be one name.
    case variable(String)
    case constant(Value)
    /// The signatures that can apply; whether what stands before the point is a part of the function's name.
    case call(Operation, [Overload], isNamespaced: Bool)
    /// The places of a fold's variables.
    case fold(variable: Int, second: Int, accumulator: Int)
    /// Can't be evaluated, for this reason.
    case unresolved(String)
}

/// Calls that the evaluator does by itself.
enum Operation: Sendable, Hashable {
    case function, and, or, conditional, notStrictlyFalse, equal, notEqual, index, optionalIndex, optionalSelect
    case add, contained, mapInsert, matches

    init(_ function: String) {
        self =
            switch function {
            case Operator.and: .and
            case Operator.or: .or
            case Operator.conditional: .conditional
            case Operator.notStrictlyFalse: .notStrictlyFalse
            case Operator.equal: .equal
            case Operator.notEqual: .notEqual
            case Operator.index: .index
            case Operator.optionalIndex: .optionalIndex
            case Operator.optionalSelect: .optionalSelect
            case Operator.add: .add
            case Operator.contained: .contained
            case Operator.mapInsert: .mapInsert
            default: .function
            }
    }
}

/// A tree with what is known about its nodes.
struct CheckedTree: Sendable {
    var tree: SyntaxTree
    var types: [CELType]
    var resolutions: [Resolution]
    /// How many places the variables of macros need.
    var places: Int
}

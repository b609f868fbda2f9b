extension Overload {
    private static let mismatch = "no such overload"

    /// A signature that Swift's types tell.
    static func function<A: Native, R: Native>(
        _ id: String, isMember: Bool = false, cost: FunctionCost = .constant,
        _ body: @escaping @Sendable (A) throws(EvaluationFailure) -> R
    ) -> Overload {
        Overload(id, isMember: isMember, [A.type], R.type, cost) { values throws(EvaluationFailure) in
            guard values.count == 1, let first = A(values[0]) else { throw EvaluationFailure(mismatch) }
            return try body(first).value
        }
    }

    /// A signature that Swift's types tell.
    static func function<A: Native, B: Native, R: Native>(
        _ id: String, isMember: Bool = false, cost: FunctionCost = .constant,
        _ body: @escaping @Sendable (A, B) throws(EvaluationFailure) -> R
    ) -> Overload {
        Overload(id, isMember: isMember, [A.type, B.type], R.type, cost) { values throws(EvaluationFailure) in
            guard values.count == 2, let first = A(values[0]), let second = B(values[1]) else {
                throw EvaluationFailure(mismatch)
            }
            return try body(first, second).value
        }
    }

    /// A signature that Swift's types tell.
    static func function<A: Native, B: Native, C: Native, R: Native>(
        _ id: String, isMember: Bool = false, cost: FunctionCost = .constant,
        _ body: @escaping @Sendable (A, B, C) throws(EvaluationFailure) -> R
    ) -> Overload {
        Overload(id, isMember: isMember, [A.type, B.type, C.type], R.type, cost) {
            values throws(EvaluationFailure) in
            guard values.count == 3, let first = A(values[0]), let second = B(values[1]), let third = C(values[2])
            else { throw EvaluationFailure(mismatch) }
            return try body(first, second, third).value
        }
    }

    /// A function on values of any types.
    static func values(
        _ id: String, isMember: Bool = false, _ parameters: [CELType], _ result: CELType,
        cost: FunctionCost = .constant, _ body: FunctionBody? = nil
    ) -> Overload {
        Overload(id, isMember: isMember, parameters, result, cost, body: body)
    }

    /// A function on a list, called with a point.
    static func list(
        _ id: String, of element: CELType = .parameter("T"), with more: [CELType] = [], _ result: CELType,
        cost: FunctionCost = .constant,
        _ body: @escaping @Sendable ([Value], [Value]) throws(EvaluationFailure) -> Value
    ) -> Overload {
        Overload(id, isMember: true, [.list(element)] + more, result, cost) { values throws(EvaluationFailure) in
            guard case .list(let list)? = values.first else { throw EvaluationFailure(mismatch) }
            return try body(list, Array(values.dropFirst()))
        }
    }
}

extension FunctionDeclaration {
    init(_ name: String, _ overloads: Overload...) { self.init(name, overloads) }
}

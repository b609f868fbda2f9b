/// Arithmetic and equality of integers with doubles, where a caller wants them to mix.
enum MixedNumberLibrary {
    static let functions = operators + comparisons

    private static let operators = [
        mixed(Operator.add) { $0 + $1 }, mixed("_-_") { $0 - $1 }, mixed("_*_") { $0 * $1 }, mixed("_/_") { $0 / $1 },
    ]

    private static let kinds: [CELType] = [.int, .uint, .double]

    private static func mixed(
        _ name: String, _ body: @escaping @Sendable (Double, Double) -> Double
    ) -> FunctionDeclaration {
        var overloads: [Overload] = []
        for other in [CELType.int, .uint] {
            for types in [[other, .double], [.double, other]] {
                overloads.append(
                    .values("\(name)_\(types[0])_\(types[1])", types, .double) { values in
                        .double(body(number(values[0]), number(values[1])))
                    })
            }
        }
        return FunctionDeclaration(name, overloads)
    }

    private static func number(_ value: Value) -> Double {
        switch value {
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        case .double(let number): number
        default: .nan
        }
    }

    private static var pairs: [(CELType, CELType)] {
        kinds.flatMap { left in kinds.filter { $0 != left }.map { (left, $0) } }
    }

    private static let comparisons = [
        FunctionDeclaration(
            Operator.equal, pairs.map { .values("equals_\($0)_\($1)", [$0, $1], .bool, cost: .shorter) }),
        FunctionDeclaration(
            Operator.notEqual, pairs.map { .values("not_equals_\($0)_\($1)", [$0, $1], .bool, cost: .shorter) }),
        FunctionDeclaration(
            Operator.contained, pairs.map { .values("in_list_\($0)_\($1)", [$0, .list($1)], .bool) }),
        FunctionDeclaration(
            Operator.conditional, pairs.map { .values("conditional_\($0)_\($1)", [.bool, $0, $1], .dyn) }),
    ]
}

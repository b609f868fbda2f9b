/// Evaluates a checked tree, counting what it costs.
struct Evaluator {
    let tree: SyntaxTree
    let resolutions: [Resolution]
    private let variables: [String: Value]
    var locals: [Value]
    /// Accumulators whose value is an error, by their places.
    private var failures: [Int: EvaluationFailure] = [:]
    private let costLimit: UInt64
    private(set) var cost: UInt64 = 0

    init(_ checked: CheckedTree, _ declarations: Declarations, _ variables: [String: Value], costLimit: UInt64) {
        tree = checked.tree
        resolutions = checked.resolutions
        self.variables = variables
        self.costLimit = costLimit
        locals = Array(repeating: .null, count: checked.places)
    }

    mutating func charge(_ amount: UInt64, at id: Int) throws(EvaluationFailure) {
        let (sum, overflow) = cost.addingReportingOverflow(amount)
        cost = overflow ? .max : sum
        guard cost <= costLimit else {
            throw EvaluationFailure("operation cancelled: actual cost limit exceeded", node: id, isCost: true)
        }
    }

    mutating func evaluate(_ id: Int) throws(EvaluationFailure) -> Value {
        switch tree[id] {
        case .literal(let value): return value
        case .identifier: return try named(id)
        case .select(let operand, let field, let isTest): return try select(id, operand, field, isTest)
        case .call(_, let target, let arguments): return try call(id, target, arguments)
        case .list(let elements, let optional): return try list(id, elements, optional)
        case .map(let entries): return try map(id, entries)
        case .object(let name, let fields): return try object(id, name, fields)
        case .comprehension(let fold): return try comprehension(id, fold)
        }
    }

    // MARK: - Names and fields

    private mutating func named(_ id: Int) throws(EvaluationFailure) -> Value {
        try charge(Cost.step, at: id)
        switch resolutions[id] {
        case .local(let place):
            if let failure = failures[place] { throw failure }
            return locals[place]
        case .constant(let value): return value
        case .variable(let name):
            guard let value = variables[name] else {
                throw EvaluationFailure("no such attribute(s): \(name)", node: id)
            }
            return value
        case .unresolved(let reason): throw EvaluationFailure(reason, node: id)
        case .none, .call, .fold: throw EvaluationFailure("no such attribute(s)", node: id)
        }
    }

    private mutating func select(
        _ id: Int, _ operand: Int, _ field: String, _ isTest: Bool
    ) throws(EvaluationFailure) -> Value {
        switch resolutions[id] {
        case .variable, .constant: return try named(id)
        default: break
        }
        let whole = try evaluate(operand)
        if isTest { return .bool(try Access.has(field, in: whole, at: id)) }
        try charge(Cost.step, at: id)
        return try Access.field(field, of: whole, at: id)
    }

    // MARK: - Making

    private mutating func list(
        _ id: Int, _ elements: [Int], _ optional: Set<Int>
    ) throws(EvaluationFailure) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let value = try evaluate(element)
            if !optional.contains(index) {
                values.append(value)
            } else if let inner = try Access.content(of: value, at: element) {
                values.append(inner)
            }
        }
        try charge(Cost.list, at: id)
        return .list(values)
    }

    private mutating func map(_ id: Int, _ entries: [SyntaxTree.Entry]) throws(EvaluationFailure) -> Value {
        var map = MapValue()
        for entry in entries {
            let key = try evaluate(entry.key)
            var value = try evaluate(entry.value)
            if entry.isOptional {
                guard let inner = try Access.content(of: value, at: entry.value) else { continue }
                value = inner
            }
            guard let key = MapKey(key) else { throw EvaluationFailure("unsupported key type", node: entry.key) }
            guard map[key] == nil else { throw EvaluationFailure("Failed with repeated key", node: entry.key) }
            map[key] = value
        }
        try charge(Cost.map, at: id)
        return .map(map)
    }

    private mutating func object(
        _ id: Int, _ name: String, _ fields: [SyntaxTree.Field]
    ) throws(EvaluationFailure) -> Value {
        guard case .variable(let name) = resolutions[id], let type = WellKnown.wrappers[name] else {
            throw EvaluationFailure("unknown type '\(name)'", node: id)
        }
        try charge(Cost.object, at: id)
        guard let field = fields.first else { return Access.zero(of: type) }
        guard fields.count == 1, field.name == "value" || type == .dyn else {
            throw EvaluationFailure("no such field '\(field.name)'", node: field.value)
        }
        let value = try evaluate(field.value)
        if field.name == "null_value" { return .null }
        guard type.valueKind.map({ $0 == value.kind }) ?? true else {
            throw EvaluationFailure("no such overload", node: field.value)
        }
        return value
    }

    // MARK: - Folds

    private mutating func comprehension(
        _ id: Int, _ fold: SyntaxTree.Comprehension
    ) throws(EvaluationFailure) -> Value {
        guard case .fold(let first, let second, let accumulator) = resolutions[id] else {
            throw EvaluationFailure("no such overload", node: id)
        }
        let range = try evaluate(fold.range)
        let initial = try evaluate(fold.initial)
        locals[accumulator] = initial
        // Other folds may have left errors at these places.
        for place in [accumulator, first, second] { failures[place] = nil }
        switch range {
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                locals[first] = fold.second == nil ? element : .int(Int64(index))
                if fold.second != nil { locals[second] = element }
                guard try turn(fold, accumulator) else { break }
            }
        case .map(let map):
            for (key, value) in map.entries {
                locals[first] = key.value
                if fold.second != nil { locals[second] = value }
                guard try turn(fold, accumulator) else { break }
            }
        default: throw EvaluationFailure("no such overload", node: fold.range)
        }
        return try evaluate(fold.result)
    }

    /// One turn of a fold: false where its condition says that the end is known.
    private mutating func turn(
        _ fold: SyntaxTree.Comprehension, _ accumulator: Int
    ) throws(EvaluationFailure) -> Bool {
        guard case .bool(true) = try evaluate(fold.condition) else { return false }
        do throws(EvaluationFailure) {
            locals[accumulator] = try evaluate(fold.step)
            failures[accumulator] = nil
        } catch {
            // The error of one element doesn't decide where another still can.
            guard !error.isCost, isQuantifier(fold) else { throw error }
            failures[accumulator] = error
        }
        return true
    }

    private func isQuantifier(_ fold: SyntaxTree.Comprehension) -> Bool {
        guard case .call(.notStrictlyFalse, _, _) = resolutions[fold.condition] else { return false }
        return true
    }
}

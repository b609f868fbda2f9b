extension Evaluator {
    mutating func call(_ id: Int, _ target: Int?, _ arguments: [Int]) throws(EvaluationFailure) -> Value {
        guard case .call(let operation, let overloads, let isNamespaced) = resolutions[id] else {
            if case .unresolved(let reason) = resolutions[id] { throw EvaluationFailure(reason, node: id) }
            throw EvaluationFailure("no such overload", node: id)
        }
        switch operation {
        case .and: return try logical(id, arguments, decisive: false)
        case .or: return try logical(id, arguments, decisive: true)
        case .conditional: return try conditional(id, arguments)
        case .notStrictlyFalse: return try notStrictlyFalse(id, arguments)
        case .add, .mapInsert: if let grown = try grow(id, operation, arguments) { return grown }
        default: break
        }
        var values: [Value] = []
        values.reserveCapacity(arguments.count + 1)
        if let target, !isNamespaced { values.append(try evaluate(target)) }
        for argument in arguments { values.append(try evaluate(argument)) }
        do throws(EvaluationFailure) {
            return try apply(id, operation, overloads, values)
        } catch {
            var error = error
            error.node = error.node ?? id
            throw error
        }
    }

    private mutating func apply(
        _ id: Int, _ operation: Operation, _ overloads: [Overload], _ values: [Value]
    ) throws(EvaluationFailure) -> Value {
        switch operation {
        case .equal, .notEqual:
            guard values.count == 2 else { break }
            let isEqual = try equal(values[0], values[1], at: id)
            return .bool(isEqual == (operation == .equal))
        case .index, .optionalIndex:
            guard values.count == 2 else { break }
            try charge(Cost.step, at: id)
            return try Access.element(values[1], of: values[0], isOptional: operation == .optionalIndex, at: id)
        case .optionalSelect:
            guard values.count == 2, case .string(let field) = values[1] else { break }
            try charge(Cost.step, at: id)
            return .optional(try Access.optionalField(field, of: values[0], at: id))
        case .contained:
            guard values.count == 2 else { break }
            return .bool(try contains(values[1], values[0], at: id))
        default:
            for overload in overloads where overload.accepts(values) {
                guard let body = overload.body else { continue }
                // What a call costs before it is made, so that no dear one is made in vain.
                try charge(CallCost.before(overload, values), at: id)
                let result = try body(values)
                try charge(CallCost.after(overload, result), at: id)
                return result
            }
        }
        throw EvaluationFailure("no such overload", node: id)
    }

    /// `&&` and `||`: one side can decide although the other has no value.
    private mutating func logical(
        _ id: Int, _ arguments: [Int], decisive: Bool
    ) throws(EvaluationFailure) -> Value {
        var failure: EvaluationFailure?
        for argument in arguments {
            do throws(EvaluationFailure) {
                guard case .bool(let value) = try evaluate(argument) else {
                    failure = failure ?? EvaluationFailure("no such overload", node: id)
                    continue
                }
                if value == decisive { return .bool(decisive) }
            } catch {
                if error.isCost { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }

    private mutating func conditional(_ id: Int, _ arguments: [Int]) throws(EvaluationFailure) -> Value {
        guard arguments.count == 3, case .bool(let holds) = try evaluate(arguments[0]) else {
            throw EvaluationFailure("no such overload", node: id)
        }
        return try evaluate(arguments[holds ? 1 : 2])
    }

    private mutating func notStrictlyFalse(_ id: Int, _ arguments: [Int]) throws(EvaluationFailure) -> Value {
        try charge(Cost.step, at: id)
        do throws(EvaluationFailure) {
            guard let argument = arguments.first, case .bool(let value) = try evaluate(argument) else {
                return .bool(true)
            }
            return .bool(value)
        } catch {
            if error.isCost { throw error }
            return .bool(true)
        }
    }

    /// Adds to a fold's own list or map where it is, instead of copying it in each turn.
    private mutating func grow(
        _ id: Int, _ operation: Operation, _ arguments: [Int]
    ) throws(EvaluationFailure) -> Value? {
        guard arguments.count >= 2, case .identifier(SyntaxTree.accumulator) = tree[arguments[0]],
            case .local(let place) = resolutions[arguments[0]]
        else { return nil }
        switch (operation, locals[place]) {
        case (.add, .list(var list)):
            guard case .list(let more) = try evaluate(arguments[1]) else { return nil }
            try charge(2 * Cost.step, at: id)
            locals[place] = .null
            list += more
            return .list(list)
        case (.mapInsert, .map(var map)):
            let entries = try inserted(id, arguments)
            try charge(2 * Cost.step, at: id)
            locals[place] = .null
            for (key, value) in entries {
                guard map[key] == nil else { throw EvaluationFailure("insert failed: key already exists", node: id) }
                map[key] = value
            }
            return .map(map)
        default: return nil
        }
    }

    private mutating func inserted(
        _ id: Int, _ arguments: [Int]
    ) throws(EvaluationFailure) -> [(key: MapKey, value: Value)] {
        let first = try evaluate(arguments[1])
        guard arguments.count == 3 else {
            guard case .map(let map) = first else { throw EvaluationFailure("no such overload", node: id) }
            return map.entries
        }
        guard let key = MapKey(first) else { throw EvaluationFailure("unsupported key type", node: arguments[1]) }
        return [(key, try evaluate(arguments[2]))]
    }

    private mutating func equal(_ left: Value, _ right: Value, at id: Int) throws(EvaluationFailure) -> Bool {
        try charge(CallCost.comparison(left, right), at: id)
        // What is small in memory can be large to walk through: shared parts count each time.
        var steps = Cost.maxSteps
        let isEqual = left.isEqual(to: right, steps: &steps)
        if steps <= 0 { throw EvaluationFailure("the values are too large to compare", node: id, isCost: true) }
        try charge(UInt64((Cost.maxSteps - steps) / 10), at: id)
        return isEqual
    }

    private mutating func contains(_ whole: Value, _ part: Value, at id: Int) throws(EvaluationFailure) -> Bool {
        switch whole {
        case .list(let elements):
            try charge(UInt64(elements.count), at: id)
            var steps = Cost.maxSteps
            let found = elements.contains { $0.isEqual(to: part, steps: &steps) }
            if steps <= 0 { throw EvaluationFailure("the values are too large to compare", node: id, isCost: true) }
            return found
        case .map(let map):
            try charge(Cost.step, at: id)
            return MapKey(lookingUp: part).map { map[$0] != nil } ?? false
        default: throw EvaluationFailure("no such overload", node: id)
        }
    }
}

/// How fields and elements are taken out of values.
enum Access {
    static func field(_ field: String, of whole: Value, at id: Int) throws(EvaluationFailure) -> Value {
        switch whole {
        case .map(let map):
            guard let value = map[field] else { throw EvaluationFailure("no such key: \(field)", node: id) }
            return value
        case .optional: return .optional(try optionalField(field, of: whole, at: id))
        default: throw EvaluationFailure("no such overload", node: id)
        }
    }

    /// The field, or nil where there is none; of something optional, the field of what is in it.
    static func optionalField(_ field: String, of whole: Value, at id: Int) throws(EvaluationFailure) -> Value? {
        switch whole {
        case .map(let map): return map[field]
        case .optional(nil): return nil
        case .optional(let inner?): return try optionalField(field, of: inner, at: id)
        default: throw EvaluationFailure("no such overload", node: id)
        }
    }

    static func has(_ field: String, in whole: Value, at id: Int) throws(EvaluationFailure) -> Bool {
        try optionalField(field, of: whole, at: id) != nil
    }

    static func element(
        _ key: Value, of whole: Value, isOptional: Bool, at id: Int
    ) throws(EvaluationFailure) -> Value {
        if case .optional(let inner) = whole {
            guard let inner else { return .optional(nil) }
            return .optional(try element(key, of: inner, at: id))
        }
        let found = try element(key, of: whole, at: id)
        if isOptional { return .optional(found) }
        guard let found else {
            let isList = if case .list = whole { true } else { false }
            throw EvaluationFailure("\(isList ? "index out of bounds" : "no such key"): \(shown(key))", node: id)
        }
        return found
    }

    private static func element(_ key: Value, of whole: Value, at id: Int) throws(EvaluationFailure) -> Value? {
        switch whole {
        case .list(let list):
            guard let key = MapKey(lookingUp: key) else { throw EvaluationFailure("no such overload", node: id) }
            switch key {
            case .int(let index): return list.indices.contains(Int(index)) ? list[Int(index)] : nil
            case .uint(let index):
                guard let index = Int(exactly: index) else { return nil }
                return list.indices.contains(index) ? list[index] : nil
            default: throw EvaluationFailure("no such overload", node: id)
            }
        case .map(let map): return MapKey(lookingUp: key).flatMap { map[$0] }
        default: throw EvaluationFailure("no such overload", node: id)
        }
    }

    /// What is in an optional value.
    static func content(of value: Value, at id: Int) throws(EvaluationFailure) -> Value? {
        guard case .optional(let inner) = value else { throw EvaluationFailure("no such overload", node: id) }
        return inner
    }

    static func zero(of type: CELType) -> Value {
        switch type {
        case .bool: .bool(false)
        case .int: .int(0)
        case .uint: .uint(0)
        case .double: .double(0)
        case .string: .string("")
        case .bytes: .bytes([])
        default: .null
        }
    }

    private static func shown(_ key: Value) -> String {
        switch key {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .uint(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let value): "\(value)"
        default: key.kind.typeName
        }
    }
}

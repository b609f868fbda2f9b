/// What calls cost when they are made.
enum CallCost {
    /// The size of a value as costs count it.
    static func size(_ value: Value) -> UInt64 {
        switch value {
        case .string(let text): UInt64(text.unicodeScalars.count)
        case .bytes(let bytes): UInt64(bytes.count)
        case .list(let list): UInt64(list.count)
        case .map(let map): UInt64(map.count)
        case .ip(let address): UInt64(address.bytes.count)
        case .cidr(let block): UInt64(block.address.bytes.count)
        default: 1
        }
    }

    private static func characters(_ count: UInt64, _ factor: Double = 1) -> UInt64 {
        UInt64((Double(count) * factor * Cost.character).rounded(.up))
    }

    static func comparison(_ left: Value, _ right: Value) -> UInt64 {
        switch left {
        case .ip, .cidr, .url, .quantity, .semver, .format: Cost.step
        default: characters(min(size(left), size(right)))
        }
    }

    /// What a call costs by its arguments.
    static func before(_ overload: Overload, _ values: [Value]) -> UInt64 {
        guard let first = values.first else { return Cost.step }
        switch overload.cost {
        case .constant: return Cost.step
        case .firstCharacters(let factor): return characters(size(first), factor)
        case .argumentCharacters: return characters(values.count > 1 ? size(values[1]) : size(first))
        case .traversal: return traversal(first)
        case .shorter: return values.count > 1 ? comparison(first, values[1]) : Cost.step
        case .sum: return characters(values.reduce(0) { $0 + size($1) })
        case .product:
            return values.count > 1 ? characters(size(first)) * characters(size(values[1])) : Cost.step
        case .pattern:
            guard values.count > 1 else { return Cost.step }
            return pattern(text: size(first), pattern: size(values[1]))
        case .resultCharacters: return 0
        case .pairs:
            guard values.count > 1 else { return Cost.step }
            return max(1, size(first) * size(values[1]))
        case .network(let isBlock, let isText):
            guard values.count > 1 else { return Cost.step }
            var cost = characters(2 * size(first))
            if isBlock { cost += characters(size(first)) + 1 }
            return isText ? cost + characters(size(values[1])) : cost
        case .format:
            guard values.count > 1, case .format(let format) = first else { return Cost.step }
            return pattern(text: size(values[1]), pattern: UInt64(format.patternSize))
        }
    }

    private static func pattern(text: UInt64, pattern: UInt64) -> UInt64 {
        characters(text + 1) * UInt64((Double(pattern) * Cost.patternCharacter).rounded(.up))
    }

    /// What a call costs by what it gives.
    static func after(_ overload: Overload, _ result: Value) -> UInt64 {
        guard case .resultCharacters = overload.cost else { return 0 }
        return characters(size(result), 2)
    }

    /// The effort of walking over all of a value.
    private static func traversal(_ value: Value) -> UInt64 {
        switch value {
        case .string(let text): UInt64(Double(text.utf8.count) * Cost.character)
        case .bytes(let bytes): UInt64(Double(bytes.count) * Cost.character)
        case .list(let list): list.reduce(0) { $0 + 1 + size($1) / 10 }
        case .map(let map): UInt64(map.count) * 2
        default: 1
        }
    }
}

/// What the effort of a function grows with.
enum FunctionCost: Sendable, Hashable {
    case constant
    /// The characters of the first argument, so many times.
    case firstCharacters(Double)
    /// The characters of the argument after the first, or of the only one.
    case argumentCharacters
    /// All of the first argument.
    case traversal
    /// The shorter of two.
    case shorter
    /// Both together.
    case sum
    /// One times the other, in characters.
    case product
    /// Text times pattern.
    case pattern
    /// The characters of the result.
    case resultCharacters
    /// One times the other, in elements.
    case pairs
    case network(isBlock: Bool, isText: Bool)
    case format
}

extension Value {
    /// Whether the language's `==` holds: numbers by their value, whatever their types; values of other types that
    /// differ in type are not equal.
    public func isEqual(to other: Value) -> Bool {
        var steps = Int.max
        return isEqual(to: other, steps: &steps)
    }

    /// The same, visiting at most so many values; false where there are more.
    ///
    /// Values share their parts, so that what is small in memory can be large to walk through.
    func isEqual(to other: Value, steps: inout Int) -> Bool {
        guard steps > 0 else { return false }
        steps -= 1
        switch (self, other) {
        case (.list(let left), .list(let right)):
            guard left.count == right.count else { return false }
            for (first, second) in zip(left, right) {
                guard first.isEqual(to: second, steps: &steps) else { return false }
            }
            return true
        case (.map(let left), .map(let right)):
            guard left.count == right.count else { return false }
            for (key, first) in left.entries {
                guard let second = right[key], first.isEqual(to: second, steps: &steps) else { return false }
            }
            return true
        case (.optional(let left?), .optional(let right?)):
            return left.isEqual(to: right, steps: &steps)
        default:
            return numericOrder(to: other).map { $0 == .same } ?? (self == other)
        }
    }

    enum NumericOrder {
        case before, same, after, unordered
    }

    /// How two numbers compare, whatever their types; nil where one is no number.
    func numericOrder(to other: Value) -> NumericOrder? {
        switch (self, other) {
        case (.int(let left), .int(let right)): Self.order(left, right)
        case (.uint(let left), .uint(let right)): Self.order(left, right)
        case (.double(let left), .double(let right)): Self.order(left, right)
        case (.int(let left), .uint(let right)): Self.order(left, right)
        case (.uint(let left), .int(let right)): Self.order(left, right)
        case (.int(let left), .double(let right)): Self.order(left, double: right)
        case (.uint(let left), .double(let right)): Self.order(left, double: right)
        case (.double(let left), .int(let right)): Self.order(right, double: left).reversed
        case (.double(let left), .uint(let right)): Self.order(right, double: left).reversed
        default: nil
        }
    }

    private static func order(_ left: some BinaryInteger, _ right: some BinaryInteger) -> NumericOrder {
        left < right ? .before : left == right ? .same : .after
    }

    private static func order(_ left: Double, _ right: Double) -> NumericOrder {
        left < right ? .before : left == right ? .same : left > right ? .after : .unordered
    }

    /// Doubles beyond an integer's range are told apart from all integers; within it, both compare as doubles.
    private static func order<Number: FixedWidthInteger>(_ left: Number, double right: Double) -> NumericOrder {
        if right < Double(Number.min) { return .after }
        if right > Double(Number.max) { return .before }
        return order(Double(left), right)
    }
}

extension Value.NumericOrder {
    var reversed: Value.NumericOrder {
        switch self {
        case .before: .after
        case .after: .before
        case .same, .unordered: self
        }
    }
}

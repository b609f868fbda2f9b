extension Value: Hashable {
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let first), .bool(let second)): first == second
        case (.int(let first), .int(let second)): first == second
        case (.uint(let first), .uint(let second)): first == second
        case (.double(let first), .double(let second)): first == second
        case (.string(let first), .string(let second)): first.hasSameScalars(as: second)
        case (.bytes(let first), .bytes(let second)): first == second
        case (.list(let first), .list(let second)): first == second
        case (.map(let first), .map(let second)): first == second
        case (.timestamp(let first), .timestamp(let second)): first == second
        case (.duration(let first), .duration(let second)): first == second
        case (.type(let first), .type(let second)): first == second
        case (.optional(let first), .optional(let second)): first == second
        default: isSameOpaque(left, right)
        }
    }

    static func isSameOpaque(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.ip(let first), .ip(let second)): first == second
        case (.cidr(let first), .cidr(let second)): first == second
        case (.url(let first), .url(let second)): first == second
        case (.quantity(let first), .quantity(let second)): first == second
        case (.semver(let first), .semver(let second)): first == second
        case (.format(let first), .format(let second)): first == second
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        switch self {
        case .null: break
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .uint(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .bytes(let value): hasher.combine(value)
        case .list(let value): hasher.combine(value)
        case .map(let value): hasher.combine(value)
        case .timestamp(let value): hasher.combine(value)
        case .duration(let value): hasher.combine(value)
        case .type(let value): hasher.combine(value)
        case .optional(let value): hasher.combine(value)
        case .ip(let value): hasher.combine(value)
        case .cidr(let value): hasher.combine(value)
        case .url(let value): hasher.combine(value)
        case .quantity(let value): hasher.combine(value)
        case .semver(let value): hasher.combine(value)
        case .format(let value): hasher.combine(value)
        }
    }
}

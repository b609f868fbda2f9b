/// A Swift type that stands for one of the language's.
protocol Native: Sendable {
    static var type: CELType { get }
    init?(_ value: Value)
    var value: Value { get }
}

extension Bool: Native {
    static var type: CELType { .bool }
    init?(_ value: Value) {
        guard case .bool(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .bool(self) }
}

extension Int64: Native {
    static var type: CELType { .int }
    init?(_ value: Value) {
        guard case .int(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .int(self) }
}

extension UInt64: Native {
    static var type: CELType { .uint }
    init?(_ value: Value) {
        guard case .uint(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .uint(self) }
}

extension Double: Native {
    static var type: CELType { .double }
    init?(_ value: Value) {
        guard case .double(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .double(self) }
}

extension String: Native {
    static var type: CELType { .string }
    init?(_ value: Value) {
        guard case .string(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .string(self) }
}

extension [UInt8]: Native {
    static var type: CELType { .bytes }
    init?(_ value: Value) {
        guard case .bytes(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .bytes(self) }
}

extension Timestamp: Native {
    static var type: CELType { .timestamp }
    init?(_ value: Value) {
        guard case .timestamp(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .timestamp(self) }
}

extension CELDuration: Native {
    static var type: CELType { .duration }
    init?(_ value: Value) {
        guard case .duration(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .duration(self) }
}

extension IPAddress: Native {
    static var type: CELType { .ip }
    init?(_ value: Value) {
        guard case .ip(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .ip(self) }
}

extension CIDRBlock: Native {
    static var type: CELType { .cidr }
    init?(_ value: Value) {
        guard case .cidr(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .cidr(self) }
}

extension URLValue: Native {
    static var type: CELType { .url }
    init?(_ value: Value) {
        guard case .url(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .url(self) }
}

extension DecimalQuantity: Native {
    static var type: CELType { .quantity }
    init?(_ value: Value) {
        guard case .quantity(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .quantity(self) }
}

extension SemanticVersion: Native {
    static var type: CELType { .semver }
    init?(_ value: Value) {
        guard case .semver(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .semver(self) }
}

extension NamedFormat: Native {
    static var type: CELType { .format }
    init?(_ value: Value) {
        guard case .format(let inner) = value else { return nil }
        self = inner
    }
    var value: Value { .format(self) }
}

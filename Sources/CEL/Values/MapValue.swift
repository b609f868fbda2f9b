/// The key of a map's entry; `int` and `uint` keys of the same number are the same key.
public enum MapKey: Sendable, Hashable {
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case string(String)

    /// The key as a value.
    public var value: Value {
        switch self {
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .uint(let value): .uint(value)
        case .string(let value): .string(value)
        }
    }

    /// The key that a value can be; nil for values that are no keys.
    ///
    /// A double is looked up as the integer it equals, but can't be a key of its own.
    init?(_ value: Value) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = .uint(value)
        case .string(let value): self = .string(value)
        default: return nil
        }
    }

    /// The key under which a value is looked up.
    init?(lookingUp value: Value) {
        guard case .double(let number) = value else {
            self.init(value)
            return
        }
        if let exact = Int64(exactly: number) {
            self = .int(exact)
        } else if let exact = UInt64(exactly: number) {
            self = .uint(exact)
        } else {
            return nil
        }
    }

    public static func == (left: MapKey, right: MapKey) -> Bool {
        switch (left, right) {
        case (.bool(let first), .bool(let second)): first == second
        case (.int(let first), .int(let second)): first == second
        case (.uint(let first), .uint(let second)): first == second
        case (.int(let first), .uint(let second)), (.uint(let second), .int(let first)): first == second
        case (.string(let first), .string(let second)): first.hasSameScalars(as: second)
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(UInt64(bitPattern: value))
        case .uint(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        }
    }
}

/// A map; its entries keep the order in which they were put in.
public struct MapValue: Sendable, Hashable {
    private var values: [MapKey: Value]
    private var order: [MapKey]

    /// A map without entries.
    public init() {
        values = [:]
        order = []
    }

    /// A map of fields, in the order of their names.
    public init(_ fields: [String: Value]) {
        self.init()
        for (name, value) in fields.sorted(by: { $0.key.isBefore($1.key) }) { self[.string(name)] = value }
    }

    /// How many entries there are.
    public var count: Int { order.count }

    /// The keys, in order.
    public var keys: [MapKey] { order }

    /// The entries, in order.
    public var entries: [(key: MapKey, value: Value)] {
        order.compactMap { key in values[key].map { (key, $0) } }
    }

    /// The value under a key; nil takes the entry out.
    public subscript(key: MapKey) -> Value? {
        get { values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { order.append(key) }
            } else if values.removeValue(forKey: key) != nil {
                order.removeAll { $0 == key }
            }
        }
    }

    /// The value of a field, which is an entry whose key is a string.
    public subscript(field: String) -> Value? {
        get { self[.string(field)] }
        set { self[.string(field)] = newValue }
    }

    public static func == (left: MapValue, right: MapValue) -> Bool { left.values == right.values }

    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

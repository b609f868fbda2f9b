/// A static type, as the checker deduces it.
public indirect enum CELType: Sendable, Hashable {
    /// Anything; checked when it is evaluated.
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case timestamp
    case duration
    case list(CELType)
    case map(CELType, CELType)
    case object(ObjectType)
    case optional(CELType)
    case type(CELType)
    /// A type of a library, or one that a caller declares, with its parameters.
    case opaque(String, [CELType])
    /// A parameter of a function's type, or one that the checker has not bound yet.
    case parameter(String)
    /// What an expression has that was already told to be wrong.
    case error
}

/// The type of objects with known fields; at run time an object is a map.
public struct ObjectType: Sendable, Hashable {
    /// The type's name, unique among the declarations.
    public let name: String
    /// The fields' types.
    public let fields: [String: CELType]

    /// A type of a name and fields.
    public init(_ name: String, fields: [String: CELType]) {
        self.name = name
        self.fields = fields
    }

    // The name stands for the fields, so that types of deep schemas compare cheaply.
    public static func == (left: ObjectType, right: ObjectType) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension CELType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .object(let type): type.name
        case .optional(let type): "optional_type(\(type))"
        case .type(let type): "type(\(type))"
        case .opaque(let name, let parameters):
            parameters.isEmpty ? name : "\(name)(\(parameters.map(\.description).joined(separator: ", ")))"
        case .parameter(let name): name
        case .error: "!error!"
        }
    }
}

extension CELType {
    var isDynOrError: Bool { self == .dyn || self == .error }

    /// The parts of a type that has some.
    var parts: [CELType] {
        switch self {
        case .list(let type), .optional(let type), .type(let type): [type]
        case .map(let key, let value): [key, value]
        case .opaque(_, let parameters): parameters
        default: []
        }
    }

    /// The same type with other parts.
    func with(parts: [CELType]) -> CELType {
        switch (self, parts.first) {
        case (.list, let first?): .list(first)
        case (.optional, let first?): .optional(first)
        case (.type, let first?): .type(first)
        case (.map, let first?): .map(first, parts.last ?? first)
        case (.opaque(let name, _), _): .opaque(name, parts)
        default: self
        }
    }

    /// Whether both are of one kind and, where they have one, one name.
    func hasSameHead(as other: CELType) -> Bool {
        switch (self, other) {
        case (.list, .list), (.map, .map), (.optional, .optional), (.type, .type): true
        case (.opaque(let left, let first), .opaque(let right, let second)):
            left == right && first.count == second.count
        case (.object(let left), .object(let right)): left == right
        default: parts.isEmpty && other.parts.isEmpty && self == other
        }
    }

    /// Whether null may stand where the type is wanted.
    var isNullable: Bool {
        switch self {
        case .null, .object, .optional, .opaque, .timestamp, .duration: true
        default: false
        }
    }

    /// The kinds of values that the type can have at run time; nil for any.
    var valueKind: ValueKind? {
        switch self {
        case .dyn, .parameter, .error: nil
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .timestamp: .timestamp
        case .duration: .duration
        case .list: .list
        case .map, .object: .map
        case .optional: .optional
        case .type: .type
        case .opaque(let name, _): Self.opaqueKinds[name]
        }
    }

    private static let opaqueKinds: [String: ValueKind] = Dictionary(
        uniqueKeysWithValues: [ValueKind.ip, .cidr, .url, .quantity, .semver, .format].map { ($0.typeName, $0) })

    static let ip = CELType.opaque(ValueKind.ip.typeName, [])
    static let cidr = CELType.opaque(ValueKind.cidr.typeName, [])
    static let url = CELType.opaque(ValueKind.url.typeName, [])
    static let quantity = CELType.opaque(ValueKind.quantity.typeName, [])
    static let semver = CELType.opaque(ValueKind.semver.typeName, [])
    static let format = CELType.opaque(ValueKind.format.typeName, [])
}

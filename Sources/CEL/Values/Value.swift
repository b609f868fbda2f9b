/// A value of the Common Expression Language.
///
/// Swift's equality is structural (`int` 1 and `double` 1.0 differ); the language's own is ``isEqual(to:)``.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(MapValue)
    case timestamp(Timestamp)
    case duration(CELDuration)
    case type(TypeValue)
    indirect case optional(Value?)
    case ip(IPAddress)
    case cidr(CIDRBlock)
    case url(URLValue)
    case quantity(DecimalQuantity)
    case semver(SemanticVersion)
    case format(NamedFormat)

    /// The type's value, as `type(x)` gives it.
    public var type: TypeValue { TypeValue(name: kind.typeName) }

    var kind: ValueKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type
        case .optional: .optional
        case .ip: .ip
        case .cidr: .cidr
        case .url: .url
        case .quantity: .quantity
        case .semver: .semver
        case .format: .format
        }
    }
}

/// The kind of a value, without what is in it.
enum ValueKind: Sendable, Hashable {
    case null, bool, int, uint, double, string, bytes, list, map, timestamp, duration, type, optional
    case ip, cidr, url, quantity, semver, format

    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .type: "type"
        case .optional: "optional_type"
        case .ip: "net.IP"
        case .cidr: "net.CIDR"
        case .url: "kubernetes.URL"
        case .quantity: "kubernetes.Quantity"
        case .semver: "kubernetes.Semver"
        case .format: "kubernetes.NamedFormat"
        }
    }
}

/// A type as a value.
public struct TypeValue: Sendable, Hashable {
    /// The type's name: `int`, `list`, `google.protobuf.Duration`, ….
    public let name: String

    /// The type of a name.
    public init(name: String) { self.name = name }
}

extension String {
    /// Whether the same scalars are in both; `==` would also take other spellings of the same characters.
    func hasSameScalars(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// The order of the scalars, which is that of the bytes.
    func isBefore(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

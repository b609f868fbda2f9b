/// Names that are always there: types as values, and the messages that stand for plain values.
enum WellKnown {
    /// Messages around one value; making one gives the value.
    static let wrappers: [String: CELType] = [
        "google.protobuf.BoolValue": .bool, "google.protobuf.BytesValue": .bytes,
        "google.protobuf.DoubleValue": .double, "google.protobuf.FloatValue": .double,
        "google.protobuf.Int32Value": .int, "google.protobuf.Int64Value": .int,
        "google.protobuf.StringValue": .string, "google.protobuf.UInt32Value": .uint,
        "google.protobuf.UInt64Value": .uint, "google.protobuf.Value": .dyn,
    ]

    private static let types: [String: CELType] = [
        "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
        "list": .list(.dyn), "map": .map(.dyn, .dyn), "null_type": .null, "type": .type(.dyn),
        "optional_type": .optional(.dyn), "google.protobuf.Timestamp": .timestamp,
        "google.protobuf.Duration": .duration, "net.IP": .ip, "net.CIDR": .cidr, "kubernetes.URL": .url,
        "kubernetes.Quantity": .quantity, "kubernetes.Semver": .semver, "kubernetes.NamedFormat": .format,
    ]

    static func name(_ name: String) -> (Value, CELType)? {
        if let type = types[name] { return (.type(TypeValue(name: name)), .type(type)) }
        if name == "google.protobuf.NullValue.NULL_VALUE" { return (.int(0), .int) }
        return nil
    }

    /// The type of a constant.
    static func type(of value: Value) -> CELType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .timestamp: .timestamp
        case .duration: .duration
        case .list: .list(.dyn)
        case .map: .map(.dyn, .dyn)
        case .type: .type(.dyn)
        case .optional: .optional(.dyn)
        default: .opaque(value.kind.typeName, [])
        }
    }
}

public import KubernetesCore

/// The type of a parameter or a result.
public enum ValueType: String, NamedValue {
    case string
    case integer
    case number
    case boolean
    case array
    case object

    /// Whether a JSON value is of this type; a double without a fraction is an integer too.
    public func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .string: value.stringValue != nil
        case .integer: value.integerValue != nil
        case .number: value.doubleValue != nil
        case .boolean: value.boolValue != nil
        case .array: value.arrayValue != nil
        case .object: value.objectValue != nil
        }
    }

    /// The type to which a value belongs, nil for null.
    public init?(of value: JSONValue) {
        switch value {
        case .null: return nil
        case .bool: self = .boolean
        case .integer: self = .integer
        case .double: self = .number
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }

    /// The type's name with its article, as messages use it.
    var withArticle: String {
        switch self {
        case .integer, .array, .object: "an \(rawValue)"
        default: "a \(rawValue)"
        }
    }
}

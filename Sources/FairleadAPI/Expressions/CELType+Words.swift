import CEL

extension CELType {
    /// The type of a parameter or a result.
    init(_ type: ValueType, items: ValueType? = nil) {
        switch type {
        case .string: self = .string
        case .integer: self = .int
        case .number: self = .double
        case .boolean: self = .bool
        case .array: self = .list(items.map { CELType($0) } ?? .dyn)
        case .object: self = .map(.string, .dyn)
        }
    }

    /// The type in the API's words, with its article.
    var withArticle: String {
        switch self {
        case .string: "a string"
        case .int, .uint: "an integer"
        case .double: "a number"
        case .bool: "a boolean"
        case .list: "an array"
        case .map, .object: "an object"
        case .null: "null"
        case .timestamp: "a time"
        case .duration: "a duration"
        default: "a \(self)"
        }
    }
}

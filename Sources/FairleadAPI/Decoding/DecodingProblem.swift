import KubernetesCore

/// Tells decoding errors in the API's words.
enum DecodingProblem {
    /// The wrong field that an error is about.
    ///
    /// - Parameters:
    ///   - error: What a decoder threw.
    ///   - value: What was decoded.
    ///   - path: Where `value` stands in its object.
    ///   - prefix: How many keys of the error's path lead to `value`.
    static func field(
        _ error: any Error, in value: JSONValue, at path: FieldPath, droppingFirst prefix: Int = 0
    ) -> InvalidField {
        guard let error = error as? DecodingError else {
            return InvalidField(path: path.description, message: "cannot be read")
        }
        switch error {
        case .keyNotFound(let key, let context):
            let keys = Array(context.codingPath.dropFirst(prefix)) + (context.codingPath.count < prefix ? [] : [key])
            return InvalidField(path: path.appending(keys).description, message: "is required")
        case .valueNotFound(let type, let context):
            let keys = context.codingPath.dropFirst(prefix)
            return InvalidField(
                path: path.appending(keys).description, message: "must be \(expectation(of: type)), not null")
        case .typeMismatch(let type, let context):
            return mismatch(type, keys: Array(context.codingPath.dropFirst(prefix)), in: value, at: path)
        case .dataCorrupted(let context):
            let keys = Array(context.codingPath.dropFirst(prefix))
            let message: String
            if let problem = context.underlyingError as? FieldProblem {
                message = problem.message
            } else if case .double(let number) = found(keys, in: value) {
                message = "must be an integer, not \(JSONWriter.string(.double(number)))"
            } else {
                message = "cannot be read: \(context.debugDescription)"
            }
            return InvalidField(path: path.appending(keys).description, message: message)
        @unknown default:
            return InvalidField(path: path.description, message: "cannot be read")
        }
    }

    private static func mismatch(
        _ type: any Any.Type, keys: [any CodingKey], in value: JSONValue, at path: FieldPath
    ) -> InvalidField {
        let place = path.appending(keys).description
        let expected = expectation(of: type)
        guard let found = found(keys, in: value) else {
            return InvalidField(path: place, message: "must be \(expected)")
        }
        if case .bool(let truth) = found, type == String.self {
            let isElement = keys.last?.intValue != nil
            let message = isElement ? YAMLTrap.message(forListElement: truth) : YAMLTrap.message(forBoolean: truth)
            return InvalidField(path: place, message: message)
        }
        return InvalidField(path: place, message: "must be \(expected), not \(Self.name(of: found))")
    }

    /// The type of a value with its article, as messages use it.
    static func name(of value: JSONValue) -> String {
        ValueType(of: value)?.withArticle ?? "null"
    }

    private static func found(_ keys: [any CodingKey], in value: JSONValue) -> JSONValue? {
        keys.reduce(value) { value, key in
            key.intValue.map { value?[$0] } ?? value?[key.stringValue]
        }
    }

    private static func expectation(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "a boolean"
        case is Int.Type, is Int64.Type: "an integer"
        case is Double.Type: "a number"
        default: "\(type)".hasPrefix("Array") ? "a list" : "an object"
        }
    }
}

extension DecodingError {
    /// The field that did not decode, such as `clusters[0].cluster.server`; nil for the whole.
    var fieldPath: String? {
        var path = ""
        for key in context.codingPath + missingKey {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return path.isEmpty ? nil : path
    }

    /// What is wrong, without the field.
    var reason: String {
        switch self {
        case .keyNotFound: "it is missing"
        case .valueNotFound: "it has no value"
        case .typeMismatch(let type, _): "it is not of the expected type (\(type))"
        case .dataCorrupted(let context): context.debugDescription
        @unknown default: "it does not decode"
        }
    }

    private var context: Context {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: Context(codingPath: [], debugDescription: "")
        }
    }

    private var missingKey: [any CodingKey] {
        if case .keyNotFound(let key, _) = self { [key] } else { [] }
    }
}

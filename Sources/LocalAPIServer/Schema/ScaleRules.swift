import KubernetesCore

/// The validation of what a CustomResourceDefinition's scale subresource reads from an object.
enum ScaleRules {
    /// What is wrong with the numbers of replicas, for `ObjectSchema.validate(_:old:scale:)`.
    ///
    /// - Parameters:
    ///   - object: The object.
    ///   - scale: The definition's `subresources.scale`; nil where it has none.
    static func errors(in object: JSONValue, scale: JSONValue?) -> [FieldError] {
        ["specReplicasPath", "statusReplicasPath"].flatMap { name in
            scale?[name]?.stringValue.map { errors(in: object, path: $0) } ?? []
        }
    }

    private static func errors(in object: JSONValue, path: String) -> [FieldError] {
        var value = object
        for name in path.split(separator: ".").map(String.init) {
            guard value.objectValue != nil else {
                return [accessor(path, value, expected: "map[string]interface{}")]
            }
            guard let next = value[name], !next.isNull else { return [] }
            value = next
        }
        guard case .integer(let replicas) = value else { return [accessor(path, value, expected: "int64")] }
        if replicas < 0 { return [.invalid(path, .integer(replicas), "should be a non-negative integer")] }
        if replicas > Int64(Int32.max) {
            return [.invalid(path, .integer(replicas), "should be less than or equal to \(Int32.max)")]
        }
        return []
    }

    private static func accessor(_ path: String, _ value: JSONValue, expected: String) -> FieldError {
        let (text, type) =
            switch value {
            case .string(let text): (text, "string")
            case .double(let number): (GoNumber.text(number), "float64")
            case .bool(let flag): ("\(flag)", "bool")
            case .integer(let number): ("\(number)", "int64")
            case .array: (JSONWriter.string(value), "[]interface {}")
            case .object, .null: (JSONWriter.string(value), "map[string]interface {}")
            }
        return .invalid(path, 0, "\(path) accessor error: \(text) is of the type \(type), expected \(expected)")
    }
}

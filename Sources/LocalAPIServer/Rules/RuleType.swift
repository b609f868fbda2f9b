import CEL
import KubernetesCore

/// What rules know of a schema's values: their type, how large they can be, and how small when written as JSON.
struct RuleType: Sendable {
    var type: CELType
    var bounds: SizeBounds
    /// The fewest bytes that a value takes.
    var leastBytes: Int

    /// The largest request.
    private static let maxRequest = 3 * 1024 * 1024

    private init(_ type: CELType, most: Int = 0, leastBytes: Int) {
        self.type = type
        bounds = SizeBounds(most: UInt64(max(0, most)))
        self.leastBytes = leastBytes
    }

    private init(_ type: CELType, _ bounds: SizeBounds, leastBytes: Int) {
        self.type = type
        self.bounds = bounds
        self.leastBytes = leastBytes
    }

    /// The type of a schema; nil where rules can't see its values.
    ///
    /// - Parameter name: The name for the type of objects, unique within the whole schema.
    init?(_ schema: ObjectSchema, isResource: Bool, name: String) {
        if schema.isIntOrString {
            self.init(.dyn, most: schema.maxLength.map { $0 * 4 } ?? Self.maxRequest - 2, leastBytes: 1)
            return
        }
        switch isResource ? "object" : schema.type {
        case "array":
            guard let items = schema.items,
                let item = RuleType(items, isResource: items.isEmbeddedResource, name: name + ".@items")
            else { return nil }
            let most = schema.maxItems.map { max(0, $0) } ?? (Self.maxRequest - 2) / (item.leastBytes + 1)
            self.init(.list(item.type), SizeBounds(most: UInt64(most), items: item.bounds), leastBytes: 2)
        case "object":
            if let values = schema.additionalProperties {
                guard let value = RuleType(values, isResource: values.isEmbeddedResource, name: name + ".@values")
                else { return nil }
                let most = schema.maxProperties.map { max(0, $0) } ?? (Self.maxRequest - 2) / (value.leastBytes + 6)
                let bounds = SizeBounds(most: UInt64(most), keys: SizeBounds(most: 0), values: value.bounds)
                self.init(.map(.string, value.type), bounds, leastBytes: 2)
            } else {
                self.init(object: schema, isResource: isResource, name: name)
            }
        case "string": self.init(string: schema)
        case "boolean": self.init(.bool, leastBytes: 4)
        case "number": self.init(.double, leastBytes: 1)
        case "integer": self.init(.int, leastBytes: 1)
        default: return nil
        }
    }

    private init(object schema: ObjectSchema, isResource: Bool, name: String) {
        var types: [String: CELType] = [:]
        var bounds: [String: SizeBounds] = [:]
        var least = 2
        for (field, inner) in Self.properties(of: schema, isResource: isResource) {
            let innerName = "\(name).\(field)"
            guard let type = RuleType(inner, isResource: inner.isEmbeddedResource, name: innerName) else { continue }
            if let escaped = RuleNames.escaped(field) {
                types[escaped] = type.type
                bounds[escaped] = type.bounds
            }
            if schema.required.contains(field), inner.defaultValue == nil {
                least += field.utf8.count + type.leastBytes + 4
            }
        }
        self.init(
            .object(ObjectType(name, fields: types)), SizeBounds(most: 0, fields: bounds), leastBytes: least)
    }

    private init(string schema: ObjectSchema) {
        switch schema.format {
        case "byte": self.init(.bytes, most: schema.maxLength ?? Self.maxRequest - 2, leastBytes: 2)
        case "duration": self.init(.duration, most: 32, leastBytes: 3)
        case "date": self.init(.timestamp, most: 12, leastBytes: 12)
        case "date-time": self.init(.timestamp, most: 32, leastBytes: 21)
        default:
            let longest = schema.enumeration?.compactMap(\.stringValue?.utf8.count).max()
            self.init(
                .string, most: schema.maxLength.map { $0 * 4 } ?? longest ?? Self.maxRequest - 2, leastBytes: 2)
        }
    }

    private static let text = ObjectSchema { $0.type = "string" }

    /// The members that rules see; a resource always has its kind and its name.
    static func properties(of schema: ObjectSchema, isResource: Bool) -> [String: ObjectSchema] {
        guard isResource else { return schema.properties }
        var properties = schema.properties
        properties["kind"] = text
        properties["apiVersion"] = text
        properties["metadata"] = ObjectSchema {
            $0.type = "object"
            $0.properties = ["name": text, "generateName": text]
        }
        return properties
    }

    /// How often a value can stand in the largest request.
    var mostOccurrences: UInt64 { UInt64(Self.maxRequest / (leastBytes + 1)) }
}

import CEL
import Foundation
import KubernetesCore

/// Turns values of objects into what rules see, by the schema.
enum RuleValue {
    static func value(_ json: JSONValue, _ schema: ObjectSchema, isResource: Bool) -> Value {
        switch json {
        case .null: .null
        case .bool(let bool): .bool(bool)
        case .integer(let number): schema.type == "number" ? .double(Double(number)) : .int(number)
        case .double(let number):
            schema.type == "integer" ? Int64(exactly: number).map { .int($0) } ?? .double(number) : .double(number)
        case .string(let text): string(text, schema)
        case .array(let elements):
            .list(
                elements.map { element in
                    guard let items = schema.items else { return untyped(element) }
                    return value(element, items, isResource: items.isEmbeddedResource)
                })
        case .object(let members): object(members, schema, isResource: isResource)
        }
    }

    private static func string(_ text: String, _ schema: ObjectSchema) -> Value {
        guard schema.type == "string", !schema.isIntOrString else { return .string(text) }
        switch schema.format {
        case "byte": return Data(base64Encoded: text).map { .bytes([UInt8]($0)) } ?? .string(text)
        case "duration": return CELDuration(text).map { .duration($0) } ?? .string(text)
        case "date": return Timestamp(text + "T00:00:00Z").map { .timestamp($0) } ?? .string(text)
        case "date-time": return Timestamp(text).map { .timestamp($0) } ?? .string(text)
        default: return .string(text)
        }
    }

    private static func object(
        _ members: [String: JSONValue], _ schema: ObjectSchema, isResource: Bool
    ) -> Value {
        var map = MapValue()
        let properties = RuleType.properties(of: schema, isResource: isResource)
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            if let inner = properties[name] {
                map[RuleNames.escaped(name) ?? name] = value(member, inner, isResource: inner.isEmbeddedResource)
            } else if let values = schema.additionalProperties {
                map[name] = value(member, values, isResource: values.isEmbeddedResource)
            } else {
                // No rule can name it, but it counts where objects are compared.
                map[name] = untyped(member)
            }
        }
        return .map(map)
    }

    private static func untyped(_ json: JSONValue) -> Value {
        switch json {
        case .null: .null
        case .bool(let bool): .bool(bool)
        case .integer(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .array(let elements): .list(elements.map(untyped))
        case .object(let members): .map(MapValue(members.mapValues(untyped)))
        }
    }
}

import CEL
import Foundation
import KubernetesCore

extension Value {
    /// The value that an expression sees.
    ///
    /// - Parameters:
    ///   - json: The value; JSON does not tell an integer from a number without a fraction.
    ///   - type: What was declared.
    ///   - items: What was declared of an array's elements.
    init(_ json: JSONValue, as type: ValueType? = nil, items: ValueType? = nil) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = type == .number ? .double(Double(value)) : .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(elements.map { Value($0, as: items) })
        case .object(let members): self = .map(MapValue(members.mapValues { Value($0) }))
        }
    }
}

extension JSONValue {
    /// What an expression gave.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - writesDates: Whether a time at midnight is written as a date.
    /// - Throws: `ExpressionError` for a number that JSON doesn't know.
    init(_ value: CEL.Value, writesDates: Bool = false) throws(ExpressionError) {
        switch value {
        case .null, .optional(nil): self = .null
        case .optional(let value?): self = try JSONValue(value, writesDates: writesDates)
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .integer(value)
        case .uint(let value): self = Int64(exactly: value).map { .integer($0) } ?? .double(Double(value))
        case .double(let value):
            guard value.isFinite else { throw ExpressionError("\(value) has no form in JSON") }
            self = .double(value)
        case .string(let value): self = .string(value)
        case .bytes(let bytes): self = .string(Data(bytes).base64EncodedString())
        case .list(let elements):
            var list: [JSONValue] = []
            for element in elements { list.append(try JSONValue(element, writesDates: writesDates)) }
            self = .array(list)
        case .map(let map):
            var members: [String: JSONValue] = [:]
            for (key, value) in map.entries {
                let name = Template.text(of: try JSONValue(key.value))
                members[name] = try JSONValue(value, writesDates: writesDates)
            }
            self = .object(members)
        case .timestamp(let time):
            let isMidnight = time.seconds % 86_400 == 0 && time.nanoseconds == 0
            self = .string(writesDates && isMidnight ? String(time.description.prefix(10)) : time.description)
        case .duration(let duration): self = .string(duration.description)
        case .type(let type): self = .string(type.name)
        default: throw ExpressionError("a value of type \(value.type.name) has no form in JSON")
        }
    }
}

public import KubernetesCore

/// A JSON value of a spec in whose strings `$(…)` is replaced; names of members are taken as they are.
public enum TemplateValue {
    /// All strings in a value, with their paths.
    public static func strings(in value: JSONValue, at path: FieldPath = FieldPath()) -> [(
        path: FieldPath, text: String
    )] {
        switch value {
        case .string(let text): [(path, text)]
        case .array(let elements): elements.enumerated().flatMap { strings(in: $1, at: path[$0]) }
        case .object(let members):
            members.keys.sorted().flatMap { name in strings(in: members[name] ?? .null, at: path[name]) }
        default: []
        }
    }

    /// The references in a value; strings that cannot be parsed count for nothing.
    public static func references(in value: JSONValue) -> [Reference] {
        strings(in: value).flatMap { (try? Template(parsing: $0.text))?.references ?? [] }
    }

    /// The value with every `$(…)` replaced; a string that is nothing else takes the type of what it stands for.
    ///
    /// - Throws: `ExpressionError` where one leads nowhere.
    public static func evaluate(_ value: JSONValue, in scope: Scope) throws(ExpressionError) -> JSONValue {
        switch value {
        case .string(let text): return try Template(parsing: text).evaluate(in: scope)
        case .array(let elements):
            var list: [JSONValue] = []
            for element in elements { list.append(try evaluate(element, in: scope)) }
            return .array(list)
        case .object(let members):
            var object: [String: JSONValue] = [:]
            for name in members.keys.sorted() { object[name] = try evaluate(members[name] ?? .null, in: scope) }
            return .object(object)
        default: return value
        }
    }
}

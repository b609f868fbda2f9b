/// Paths that rules name with `fieldPath`: members behind points, or quoted in brackets.
enum RuleFieldPath {
    /// The path as errors tell it; nil where the schema has no such member.
    static func normalized(_ text: String, in schema: ObjectSchema) -> String? {
        var rest = text[...]
        var schema = schema
        var path = ""
        while let mark = rest.popFirst() {
            let name: String
            switch mark {
            case ".":
                name = String(rest.prefix { $0 != "." && $0 != "[" && $0 != "]" })
                rest = rest.dropFirst(name.count)
            case "[":
                guard let quoted = quotedName(&rest) else { return nil }
                name = quoted
            default: return nil
            }
            guard !name.isEmpty else { return nil }
            if !schema.properties.isEmpty {
                guard let inner = schema.properties[name] else { return nil }
                path = path.field(name)
                schema = inner
            } else if let values = schema.additionalProperties {
                path = path.key(name)
                schema = values
            } else {
                return nil
            }
        }
        return path.isEmpty ? nil : path
    }

    /// A name in single quotes with the bracket behind it, taken off.
    private static func quotedName(_ rest: inout Substring) -> String? {
        guard rest.popFirst() == "'" else { return nil }
        var name = ""
        while let character = rest.popFirst() {
            switch character {
            case "'": return rest.popFirst() == "]" ? name : nil
            case "\\":
                guard let escaped = rest.popFirst(), let meant = escapes[escaped] else { return nil }
                name.append(meant)
            default: name.append(character)
            }
        }
        return nil
    }

    private static let escapes: [Character: Character] = [
        "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}", "'": "'",
        "\\": "\\",
    ]
}

import KubernetesCore

/// Built-in types in a small notation, a type a line, from which schemas are made when they are first asked for.
///
/// A line is `Name: field type modifiers, field type modifiers`, or `Name~:` for a type that is always replaced as a
/// whole; `Name kind:` has apiVersion and kind beside its fields. A line that begins with white space continues the
/// one before. `field!` is required. Types are `string`, `int32`, `int64`, `double`, `bool`, `time`, `microtime`,
/// `quantity`, `intstr`, `bytes`, `any`, the name of another type, `[]T` for a list and `{T}` for a map of strings.
/// Modifiers are `map(keys)`, `set`, `whole` (replaced as a whole), `patch(key)`, `merge`, `retain`, `replace`
/// (strategic merge), and `=value` for a default in JSON.
struct SchemaNotation: Sendable {
    /// A field as its line says it.
    struct Field: Sendable {
        var name: String
        var type: Substring
        var isRequired: Bool
        var modifiers: [Substring]
    }

    /// A type as its line says it.
    struct TypeLine: Sendable {
        var package: String
        var name: String
        var isKind: Bool
        var isAtomic: Bool
        var fields: [Field]
    }

    /// The package that stands before each type's name in OpenAPI documents.
    let package: String
    /// The lines.
    let text: String

    /// The types, in order.
    var types: [TypeLine] {
        Self.lines(text).compactMap(type)
    }

    /// The lines of a notation; those that begin with white space continue the one before.
    static func lines(_ text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(separator: "\n") {
            if line.first?.isWhitespace == true, let last = lines.indices.last {
                lines[last] += line
            } else {
                lines.append(String(line))
            }
        }
        return lines
    }

    private func type(_ line: String) -> TypeLine? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let head = line[..<colon].split(separator: " ")
        guard var name = head.first else { return nil }
        let isAtomic = name.hasSuffix("~")
        if isAtomic { name = name.dropLast() }
        let fields = Self.split(line[line.index(after: colon)...]).compactMap(Self.field)
        return TypeLine(
            package: package, name: String(name), isKind: head.contains("kind"), isAtomic: isAtomic, fields: fields)
    }

    private static func field(_ text: Substring) -> Field? {
        let words = text.split(separator: " ")
        guard words.count >= 2 else { return nil }
        let isRequired = words[0].hasSuffix("!")
        return Field(
            name: String(isRequired ? words[0].dropLast() : words[0]), type: words[1], isRequired: isRequired,
            modifiers: Array(words.dropFirst(2)))
    }

    /// Cuts at commas outside of parentheses.
    private static func split(_ text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var depth = 0
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        parts.append(text[start...])
        return parts
    }
}

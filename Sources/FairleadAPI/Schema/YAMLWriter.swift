public import KubernetesCore

/// Writes a JSON value as YAML, always the same way: members sorted, `apiVersion`, `kind`, `metadata` first.
///
/// It is our own since goldens need a form that changes with no library's version.
public struct YAMLWriter {
    private let isTight: Bool
    private var output = ""

    /// The document, with a line break at its end.
    ///
    /// - Parameter isTight: Whether an object of one plain member stands on one line: deep documents are mostly margin.
    public static func string(_ value: JSONValue, isTight: Bool = false) -> String {
        var writer = YAMLWriter(isTight: isTight)
        switch value {
        case .object(let members) where !members.isEmpty: writer.write(members, indentation: 0, isInline: false)
        case .array(let elements) where !elements.isEmpty: writer.write(elements, indentation: 0)
        default: writer.output = scalar(value) + "\n"
        }
        return writer.output
    }

    private mutating func write(_ members: [String: JSONValue], indentation: Int, isInline: Bool) {
        var isFirst = isInline
        for name in Self.ordered(members) {
            if !isFirst { output += String(repeating: " ", count: indentation) }
            isFirst = false
            output += Self.scalar(.string(name)) + ":"
            switch members[name] ?? .null {
            case .object(let inner) where isTight && indentation > 0 && Self.isPlain(inner):
                for (name, value) in inner { output += " {\(Self.scalar(.string(name))): \(Self.scalar(value))}\n" }
            case .object(let inner) where !inner.isEmpty:
                output += "\n"
                write(inner, indentation: indentation + 2, isInline: false)
            case .array(let elements) where !elements.isEmpty && !Self.isFlat(elements):
                output += "\n"
                write(elements, indentation: indentation)
            case .array(let elements) where !elements.isEmpty:
                output += " [" + elements.map(Self.scalar).joined(separator: ", ") + "]\n"
            case .string(let text) where Self.isBlock(text):
                output += " " + Self.block(text, indentation: indentation + 2)
            case let other: output += " \(Self.scalar(other))\n"
            }
        }
    }

    private mutating func write(_ elements: [JSONValue], indentation: Int) {
        for element in elements {
            output += String(repeating: " ", count: indentation) + "- "
            switch element {
            case .object(let inner) where !inner.isEmpty:
                write(inner, indentation: indentation + 2, isInline: true)
            // JSON is YAML: rare enough to be written on one line.
            default: output += Self.scalar(element) + "\n"
            }
        }
    }

    /// Whether an object has one member, which is no list and no object.
    private static func isPlain(_ members: [String: JSONValue]) -> Bool {
        members.count == 1 && members.values.allSatisfy { $0.arrayValue == nil && $0.objectValue == nil }
    }

    /// Whether a list stands on one line.
    private static func isFlat(_ elements: [JSONValue]) -> Bool {
        elements.allSatisfy { $0.arrayValue == nil && $0.objectValue == nil }
    }

    private static let leading = ["apiVersion", "kind", "metadata"]

    private static func ordered(_ members: [String: JSONValue]) -> [String] {
        let first = members["apiVersion"]?.stringValue == nil ? [] : leading.filter { members[$0] != nil }
        return first + members.keys.filter { !first.contains($0) }.sorted()
    }

    private static func isBlock(_ text: String) -> Bool {
        guard text.contains("\n"), let first = text.first, !first.isWhitespace, !text.hasSuffix("\n\n") else {
            return false
        }
        return text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value < 0x7F) || $0.value > 0xA0 }
            && !text.unicodeScalars.contains { $0.value == 0xFEFF || $0.value == 0x2028 || $0.value == 0x2029 }
    }

    private static func block(_ text: String, indentation: Int) -> String {
        let margin = String(repeating: " ", count: indentation)
        let endsWithBreak = text.hasSuffix("\n")
        let body = endsWithBreak ? text.dropLast() : Substring(text)
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
        let indented = lines.map { $0.isEmpty ? "" : margin + $0 }.joined(separator: "\n")
        return (endsWithBreak ? "|\n" : "|-\n") + indented + "\n"
    }

    private static func scalar(_ value: JSONValue) -> String {
        guard case .string(let text) = value, isPlain(text) else { return JSONWriter.string(value) }
        return text
    }

    private static let reserved: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ]

    /// Whether a text needs no quotes: words that no YAML reads as anything but a string.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, isLetter(first), text.last != " ",
            !reserved.contains(text.lowercased())
        else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            isLetter(scalar) || (scalar.value >= 0x30 && scalar.value <= 0x39)
                || " ._/-;$()'".unicodeScalars.contains(scalar)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && scalar.properties.isAlphabetic
    }
}

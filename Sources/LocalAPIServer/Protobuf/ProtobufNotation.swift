/// Messages in a small notation, a message a line: what their fields are called in JSON and which numbers they have.
///
/// A line is `Name: number field type, number field type`, and `Name kind:` for one that is an object of its own. A
/// line that begins with white space continues the one before. A field called `-` is a message whose fields stand
/// among its own in JSON. Types are `string`, `int32`, `int64`, `bool`, `bytes`, `time`, `microtime`, `quantity`,
/// `intstr`, `any` (JSON in a message), `strings` (a list in a message), the name of another message, `[]T` for a list
/// and `{T}` for a map of strings. A type with `?` is written wherever it was sent, one with `!` always, and a scalar
/// with neither only where it is not zero.
struct ProtobufNotation: Sendable {
    /// What a field holds.
    indirect enum FieldType: Hashable, Sendable {
        case string, int32, int64, bool, bytes, time, microtime, quantity, intstr, any, strings
        case message(String)
        case list(FieldType)
        case map(FieldType)

        init(_ text: Substring) {
            if text.hasPrefix("[]") {
                self = .list(FieldType(text.dropFirst(2)))
            } else if text.hasPrefix("{") {
                self = .map(FieldType(text.dropFirst().dropLast()))
            } else {
                self = Self.named[text] ?? .message(String(text))
            }
        }

        private static let named: [Substring: FieldType] = [
            "string": .string, "int32": .int32, "int64": .int64, "bool": .bool, "bytes": .bytes, "time": .time,
            "microtime": .microtime, "quantity": .quantity, "intstr": .intstr, "any": .any, "strings": .strings,
        ]
    }

    /// When a field is written in JSON.
    enum Presence: Sendable {
        case unlessZero, whereSent, always
    }

    /// A field of a message.
    struct Field: Sendable {
        var name: String
        var type: FieldType
        var presence: Presence

        /// Whether its own fields stand in its place.
        var isInline: Bool { name == "-" }
    }

    /// A message.
    struct Message: Sendable {
        var name: String
        /// The API version whose notation it is from, in which the messages of its fields are looked for.
        var apiVersion: String
        var isKind: Bool
        /// The fields by number.
        var fields: [Int: Field]

        /// The fields that JSON always has.
        var constantFields: [Field] { fields.values.filter { $0.presence == .always } }
    }

    /// The API version of the kinds; empty for messages of all versions.
    let apiVersion: String
    /// The lines.
    let text: String

    /// The messages, in order.
    var messages: [Message] {
        SchemaNotation.lines(text).compactMap(message)
    }

    private func message(_ line: String) -> Message? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let head = line[..<colon].split(separator: " ")
        guard let name = head.first else { return nil }
        var fields: [Int: Field] = [:]
        for part in line[line.index(after: colon)...].split(separator: ",") {
            let words = part.split(separator: " ")
            guard words.count == 3, let number = Int(words[0]) else { continue }
            let presence: Presence =
                switch words[2].last {
                case "?": .whereSent
                case "!": .always
                default: .unlessZero
                }
            let type = presence == .unlessZero ? words[2] : words[2].dropLast()
            fields[number] = Field(name: String(words[1]), type: FieldType(type), presence: presence)
        }
        return Message(name: String(name), apiVersion: apiVersion, isKind: head.contains("kind"), fields: fields)
    }
}

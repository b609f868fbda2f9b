import CEL

/// A message in protocol buffers' text form, as far as the cases' declarations need it.
struct PrototextNode {
    var fields: [(name: String, value: PrototextNode)] = []
    var scalar = ""

    subscript(name: String) -> PrototextNode? { fields.first { $0.name == name }?.value }

    func all(_ name: String) -> [PrototextNode] { fields.filter { $0.name == name }.map(\.value) }

    init(_ text: String) {
        var words = Self.words(text)[...]
        self.init(&words)
    }

    private init(scalar: String) { self.scalar = scalar }

    private init(_ words: inout ArraySlice<String>) {
        while let name = words.popFirst(), name != "}" {
            if words.first == ":" {
                words.removeFirst()
                let value = words.popFirst() ?? ""
                fields.append((name, PrototextNode(scalar: value)))
            } else if words.first == "{" {
                words.removeFirst()
                fields.append((name, PrototextNode(&words)))
            }
        }
    }

    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
            } else if isQuoted {
                word.append(character)
            } else if character == " " || "{}:".contains(character) {
                if !word.isEmpty { words.append(word) }
                word = ""
                if character != " " { words.append(String(character)) }
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    /// The type that the message describes; nil for messages' own.
    var type: CELType? {
        guard let (name, value) = fields.first else { return nil }
        switch name {
        case "primitive": return Self.primitives[value.scalar]
        case "dyn": return .dyn
        case "null": return .null
        case "well_known":
            return value.scalar == "TIMESTAMP" ? .timestamp : value.scalar == "DURATION" ? .duration : nil
        case "list_type": return value["elem_type"]?.type.map { .list($0) }
        case "map_type":
            guard let key = value["key_type"]?.type, let element = value["value_type"]?.type else { return nil }
            return .map(key, element)
        case "type_param": return .parameter(value.scalar)
        case "type": return (value["type"]?.type ?? .dyn).map { .type($0) }
        case "abstract_type":
            let parameters = value.all("parameter_types").compactMap(\.type)
            guard let name = value["name"]?.scalar else { return nil }
            return name == "optional_type" ? parameters.first.map { .optional($0) } : .opaque(name, parameters)
        default: return nil
        }
    }

    private static let primitives: [String: CELType] = [
        "BOOL": .bool, "INT64": .int, "UINT64": .uint, "DOUBLE": .double, "STRING": .string, "BYTES": .bytes,
    ]
}

extension CELType {
    fileprivate func map<Result>(_ body: (CELType) -> Result) -> Result { body(self) }
}

/// Why a text is no JSON document.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public var message: String
    /// Where, as a count of bytes from the beginning.
    public var offset: Int

    public var description: String { "\(message) at byte \(offset)" }
}

/// A strict RFC 8259 parser from UTF-8 bytes to `JSONValue`.
///
/// It is our own since Foundation's decoder neither keeps integers apart from doubles in a value of any type nor
/// reports duplicate members, which Kubernetes' field validation must name; see docs/adr/0002-json-values.md.
public struct JSONParser {
    /// Paths of members that stood twice in their object, such as `spec.replicas`; the last one won.
    public private(set) var duplicates: [String] = []

    private let bytes: UnsafeBufferPointer<UInt8>
    private let isWithoutManagedFields: Bool
    private var position = 0
    private var depth = 0
    private var path: [Step] = []
    private static let maxDepth = 10_000 / 20

    /// A step to the value that is being read; rendered only where a duplicate must be named.
    private enum Step {
        case member(String)
        case element(Int)
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, isWithoutManagedFields: Bool) {
        self.bytes = bytes
        self.isWithoutManagedFields = isWithoutManagedFields
    }

    /// Parses one document; anything but white space behind it is an error.
    ///
    /// - Parameter bytes: UTF-8.
    /// - Throws: `JSONParseError`.
    public static func parse(_ bytes: some Sequence<UInt8>) throws(JSONParseError) -> JSONValue {
        try parseReportingDuplicates(bytes).value
    }

    /// Parses one document without the `managedFields` of any `metadata`.
    ///
    /// They may be half of an object, and no typed read wants them: only their end is looked for.
    ///
    /// - Throws: `JSONParseError`.
    public static func parseWithoutManagedFields(
        _ bytes: some Sequence<UInt8>
    ) throws(JSONParseError) -> JSONValue {
        try parse(bytes, isWithoutManagedFields: true).value
    }

    /// Parses one document from a string; see ``parse(_:)-(Sequence<UInt8>)``.
    public static func parse(_ text: String) throws(JSONParseError) -> JSONValue {
        try parse(Array(text.utf8))
    }

    /// Parses one document and tells which members stood twice.
    ///
    /// - Parameter bytes: UTF-8.
    /// - Returns: The value, and the paths of duplicate members in order of appearance.
    /// - Throws: `JSONParseError`.
    public static func parseReportingDuplicates(
        _ bytes: some Sequence<UInt8>
    ) throws(JSONParseError) -> (value: JSONValue, duplicates: [String]) {
        try parse(bytes, isWithoutManagedFields: false)
    }

    private static func parse(
        _ bytes: some Sequence<UInt8>, isWithoutManagedFields: Bool
    ) throws(JSONParseError) -> (value: JSONValue, duplicates: [String]) {
        let run: (UnsafeBufferPointer<UInt8>) -> Result<(JSONValue, [String]), JSONParseError> = { buffer in
            var parser = JSONParser(bytes: buffer, isWithoutManagedFields: isWithoutManagedFields)
            return Result { () throws(JSONParseError) in (try parser.document(), parser.duplicates) }
        }
        let result = bytes.withContiguousStorageIfAvailable(run) ?? Array(bytes).withUnsafeBufferPointer(run)
        let (value, duplicates) = try result.get()
        return (value, duplicates)
    }

    private mutating func document() throws(JSONParseError) -> JSONValue {
        let value = try value()
        skipWhiteSpace()
        if position < bytes.count { throw unexpected("after the document") }
        return value
    }

    private func unexpected(_ place: String) -> JSONParseError {
        guard position < bytes.count else {
            return JSONParseError(message: "unexpected end of JSON input", offset: position)
        }
        let character = String(decoding: CollectionOfOne(bytes[position]), as: UTF8.self)
        return JSONParseError(message: "invalid character '\(character)' \(place)", offset: position)
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func value() throws(JSONParseError) -> JSONValue {
        skipWhiteSpace()
        guard position < bytes.count else { throw unexpected("") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("looking for beginning of value")
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == text.utf8Start[index] else {
                throw unexpected("in literal \(text)")
            }
            position += 1
        }
        return value
    }

    private mutating func descend() throws(JSONParseError) {
        depth += 1
        if depth > Self.maxDepth { throw JSONParseError(message: "exceeded max depth", offset: position) }
    }

    private mutating func object() throws(JSONParseError) -> JSONValue {
        try descend()
        position += 1
        var members: [String: JSONValue] = [:]
        skipWhiteSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object(members)
        }
        while true {
            skipWhiteSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw unexpected("looking for beginning of object key string")
            }
            let name = try string()
            skipWhiteSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
                throw unexpected("after object key")
            }
            position += 1
            if isWithoutManagedFields, name == "managedFields", case .member("metadata") = path.last {
                try passOver()
            } else {
                path.append(.member(name))
                let member = try value()
                if members.updateValue(member, forKey: name) != nil {
                    let duplicate = renderedPath
                    if !duplicates.contains(duplicate) { duplicates.append(duplicate) }
                }
                path.removeLast()
            }
            skipWhiteSpace()
            guard position < bytes.count else { throw unexpected("") }
            switch bytes[position] {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                depth -= 1
                return .object(members)
            default: throw unexpected("after object key:value pair")
            }
        }
    }

    /// Moves behind a value; of lists and objects only strings and brackets are looked at.
    private mutating func passOver() throws(JSONParseError) {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "{") || bytes[position] == UInt8(ascii: "[")
        else {
            _ = try value()
            return
        }
        var nesting = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): nesting += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): nesting -= 1
            case UInt8(ascii: "\""):
                position += 1
                while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                }
            default: break
            }
            position += 1
            if nesting == 0 { return }
        }
        position = bytes.count
        throw unexpected("")
    }

    private mutating func array() throws(JSONParseError) -> JSONValue {
        try descend()
        position += 1
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array(elements)
        }
        while true {
            path.append(.element(elements.count))
            elements.append(try value())
            path.removeLast()
            skipWhiteSpace()
            guard position < bytes.count else { throw unexpected("") }
            switch bytes[position] {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                depth -= 1
                return .array(elements)
            default: throw unexpected("after array element")
            }
        }
    }

    private var renderedPath: String {
        path.reduce(into: "") { text, step in
            switch step {
            case .element(let index): text += "[\(index)]"
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            }
        }
    }

    private mutating func number() throws(JSONParseError) -> JSONValue {
        let start = position
        var isInteger = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let digits = position
        skipDigits()
        if position == digits { throw unexpected("in numeric literal") }
        if bytes[digits] == UInt8(ascii: "0"), position - digits > 1 {
            position = digits + 1
            throw unexpected("after top-level value")
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            let fraction = position
            skipDigits()
            if position == fraction { throw unexpected("after decimal point in numeric literal") }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            let exponent = position
            skipDigits()
            if position == exponent { throw unexpected("in exponent of numeric literal") }
        }
        // Eighteen digits always fit.
        if isInteger, position - digits <= 18 {
            let magnitude = bytes[digits..<position].reduce(into: Int64(0)) { $0 = $0 * 10 + Int64($1 - 0x30) }
            return .integer(digits > start ? -magnitude : magnitude)
        }
        let text = text(from: start)
        if isInteger, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else {
            throw JSONParseError(message: "number \(text) is out of range", offset: start)
        }
        return .double(double)
    }

    private func text(from start: Int) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    }

    private mutating func skipDigits() {
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
    }

    private mutating func string() throws(JSONParseError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = text(from: start)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                return try escapedString(Array(bytes[start..<position]))
            case 0..<0x20: throw unexpected("in string literal")
            default: position += 1
            }
        }
        throw unexpected("")
    }

    private mutating func escapedString(_ prefix: [UInt8]) throws(JSONParseError) -> String {
        var text = prefix
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20: throw unexpected("in string literal")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw unexpected("")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONParseError) {
        guard position < bytes.count else { throw unexpected("") }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[position])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            text.append(contentsOf: try unicodeEscape().utf8)
            return
        default: throw unexpected("in string escape code")
        }
        position += 1
    }

    /// The character of `\uXXXX`, or of a surrogate pair; a lone surrogate becomes U+FFFD as Go's decoder does.
    private mutating func unicodeEscape() throws(JSONParseError) -> Character {
        let replacement: Character = "\u{FFFD}"
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard (0xD800..<0xDC00).contains(first), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return replacement }
        let mark = position
        position += 2
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else {
            position = mark
            return replacement
        }
        return Character(scalar)
    }

    private mutating func fourHexDigits() throws(JSONParseError) -> UInt32 {
        guard position + 4 <= bytes.count else {
            position = bytes.count
            throw unexpected("")
        }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw unexpected("in \\u hexadecimal character escape")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}

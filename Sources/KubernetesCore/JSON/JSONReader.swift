/// Reads a JSON document from its UTF-8, value by value, and makes nothing of what nobody asks for.
///
/// It is strict but for what is passed over: of that only strings and brackets are looked at.
public struct JSONReader: ~Copyable {
    /// A place in the document, to which a reader may come back.
    public struct Mark: Sendable, Hashable {
        fileprivate var position: Int
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0

    /// A reader that is used no longer than the bytes are there.
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads the same document from the same place.
    init(from reader: borrowing JSONReader) {
        bytes = reader.bytes
        position = reader.position
    }

    /// Where the reader stands.
    public var mark: Mark { Mark(position: position) }

    /// Goes back to a place, or on to it.
    public mutating func go(to mark: Mark) { position = mark.position }

    /// Reads a value of the type that the caller wants.
    ///
    /// - Throws: Whatever that type throws where another kind of value stands here.
    public mutating func read<T: JSONReadable>(_ type: T.Type = T.self) throws -> T { try T(reading: &self) }

    /// Reads an object: calls a body for each member, which must read the member's value or pass over it.
    ///
    /// A name may come twice; the last one's value counts.
    ///
    /// - Throws: `JSONParseError`, also where another kind of value stands here, and what `body` throws.
    public mutating func members(_ body: (String, inout JSONReader) throws -> Void) throws {
        skipWhiteSpace()
        guard isAhead(UInt8(ascii: "{")) else { throw unexpected("looking for an object") }
        position += 1
        if skipped(UInt8(ascii: "}")) { return }
        while true {
            let name = try memberName()
            try body(name, &self)
            if skipped(UInt8(ascii: "}")) { return }
            guard skipped(UInt8(ascii: ",")) else { throw unexpected("after object key:value pair") }
        }
    }

    /// Reads a list: calls a body for each element, which must read it or pass over it.
    ///
    /// - Throws: `JSONParseError`, also where another kind of value stands here, and what `body` throws.
    public mutating func elements(_ body: (inout JSONReader) throws -> Void) throws {
        skipWhiteSpace()
        guard isAhead(UInt8(ascii: "[")) else { throw unexpected("looking for a list") }
        position += 1
        if skipped(UInt8(ascii: "]")) { return }
        while true {
            try body(&self)
            if skipped(UInt8(ascii: "]")) { return }
            guard skipped(UInt8(ascii: ",")) else { throw unexpected("after array element") }
        }
    }

    /// Moves behind `null`, where that stands here.
    public mutating func skippedNull() throws(JSONParseError) -> Bool {
        skipWhiteSpace()
        guard isAhead(UInt8(ascii: "n")) else { return false }
        try literal("null")
        return true
    }

    /// Reads `true` or `false`.
    public mutating func bool() throws(JSONParseError) -> Bool {
        skipWhiteSpace()
        let truth = isAhead(UInt8(ascii: "t"))
        guard truth || isAhead(UInt8(ascii: "f")) else { throw unexpected("looking for true or false") }
        try literal(truth ? "true" : "false")
        return truth
    }

    /// Reads a number without fraction and exponent that fits in 64 bits.
    public mutating func integer() throws(JSONParseError) -> Int64 {
        let start = position
        guard case .integer(let value) = try number() else {
            throw JSONParseError(message: "no integer", offset: start)
        }
        return value
    }

    /// Reads any value as a JSON value.
    ///
    /// - Parameter isWithoutManagedFields: Whether the `managedFields` of any `metadata` are passed over: they may be
    ///   half of an object, and no typed read wants them.
    public mutating func value(isWithoutManagedFields: Bool = false) throws(JSONParseError) -> JSONValue {
        var parser = JSONParser(JSONReader(from: self), isWithoutManagedFields: isWithoutManagedFields)
        let value = try parser.value()
        position = parser.position
        return value
    }

    /// What to throw where a value can't be what is wanted.
    public func refusal(_ message: String, at place: Mark) -> JSONParseError {
        JSONParseError(message: message, offset: place.position)
    }

    /// Moves behind a value of any kind.
    public mutating func skip() throws(JSONParseError) {
        switch ahead() {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""): break
        default:
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

    /// Throws where anything but white space is left.
    mutating func end() throws(JSONParseError) {
        skipWhiteSpace()
        if position < bytes.count { throw unexpected("after the document") }
    }
}

// MARK: - Characters

extension JSONReader {
    /// The byte of the next value or of what stands between two, behind any white space; nil at the end.
    mutating func ahead() -> UInt8? {
        skipWhiteSpace()
        return position < bytes.count ? bytes[position] : nil
    }

    /// Moves behind a character that is neither white space nor in a string, where that is the next one.
    mutating func skipped(_ character: UInt8) -> Bool {
        guard ahead() == character else { return false }
        position += 1
        return true
    }

    /// A member's name and the colon behind it.
    mutating func memberName() throws(JSONParseError) -> String {
        guard ahead() == UInt8(ascii: "\"") else { throw unexpected("looking for beginning of object key string") }
        let name = try string()
        guard skipped(UInt8(ascii: ":")) else { throw unexpected("after object key") }
        return name
    }

    func unexpected(_ place: String) -> JSONParseError {
        guard position < bytes.count else {
            return JSONParseError(message: "unexpected end of JSON input", offset: position)
        }
        let character = String(decoding: CollectionOfOne(bytes[position]), as: UTF8.self)
        return JSONParseError(message: "invalid character '\(character)' \(place)", offset: position)
    }

    private func isAhead(_ character: UInt8) -> Bool { position < bytes.count && bytes[position] == character }

    private var isAtDigit: Bool { position < bytes.count && bytes[position] >= 0x30 && bytes[position] <= 0x39 }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    mutating func literal(_ text: StaticString) throws(JSONParseError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == text.utf8Start[index] else {
                throw unexpected("in literal \(text)")
            }
            position += 1
        }
    }

    /// A number: an integer where it has neither fraction nor exponent and fits, else a double.
    mutating func number() throws(JSONParseError) -> JSONValue {
        skipWhiteSpace()
        guard isAhead(UInt8(ascii: "-")) || isAtDigit else { throw unexpected("looking for a number") }
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

    /// A string.
    ///
    /// - Throws: `JSONParseError`, also where another kind of value stands here.
    public mutating func string() throws(JSONParseError) -> String {
        skipWhiteSpace()
        guard isAhead(UInt8(ascii: "\"")) else { throw unexpected("looking for a string") }
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

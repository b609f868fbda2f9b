/// Writes a `JSONValue` as UTF-8, members sorted by name, as Go's encoder does for maps.
///
/// Slashes are never escaped: the API server reads apply bodies as YAML 1.1, whose scanner knows no `\/`.
public struct JSONWriter {
    private var output: [UInt8] = []
    private let indentation: Int?

    private init(indentation: Int?) {
        self.indentation = indentation
    }

    /// The compact form.
    public static func bytes(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(indentation: nil)
        writer.write(value, level: 0)
        return writer.output
    }

    /// The compact form as a string.
    public static func string(_ value: JSONValue) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    /// The form for people, each member on a line of its own.
    ///
    /// - Parameters:
    ///   - value: What to write.
    ///   - indentation: Spaces a level.
    public static func prettyString(_ value: JSONValue, indentation: Int = 2) -> String {
        var writer = JSONWriter(indentation: indentation)
        writer.write(value, level: 0)
        return String(decoding: writer.output, as: UTF8.self)
    }

    private mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements): write(elements, level: level)
        case .object(let members): write(members, level: level)
        }
    }

    private mutating func write(_ elements: [JSONValue], level: Int) {
        output.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            newLine(level + 1)
            write(element, level: level + 1)
        }
        if !elements.isEmpty { newLine(level) }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: [String: JSONValue], level: Int) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            newLine(level + 1)
            write(member.key)
            output.append(UInt8(ascii: ":"))
            if indentation != nil { output.append(UInt8(ascii: " ")) }
            write(member.value, level: level + 1)
        }
        if !members.isEmpty { newLine(level) }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func newLine(_ level: Int) {
        guard let indentation else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * level))
    }

    private mutating func write(_ value: Double) {
        if let integer = Int64(exactly: value), abs(value) < 1e15 {
            output.append(contentsOf: String(integer).utf8)
        } else {
            output.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
        }
    }

    private mutating func write(_ text: String) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            // Runs without anything to escape, nearly always the whole text, are copied at once.
            var start = 0
            for (index, byte) in bytes.enumerated() {
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                escape(byte)
                start = index + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        output.append(UInt8(ascii: "\""))
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private mutating func escape(_ byte: UInt8) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0..<0x20:
            output.append(contentsOf: "u00".utf8)
            output.append(Self.digits[Int(byte >> 4)])
            output.append(Self.digits[Int(byte & 15)])
        default: output.append(byte)
        }
    }
}

/// A metric's value as a program writes it: `0.21`, `1e-4`, `40%`, `3/10`, `nan`.
enum MetricText: Hashable {
    /// A finite number.
    case number(Double)
    /// A finite number of hundredths.
    case percentage(Double)
    /// So many of so many, both finite, the second above zero.
    case fraction(Double, of: Double)
    /// NaN or infinite.
    case notFinite

    /// The longest value that is read, in bytes.
    static let maximumLength = 64

    /// Reads a value that stands for itself; nil where it is none.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let (value, end) = Self.read(bytes[...]), end == bytes.count else { return nil }
        self = value
    }

    /// Reads the value at the beginning of bytes.
    ///
    /// - Returns: The value, and where it ends; nil where there is none, or where it goes on as something else.
    static func read(_ bytes: ArraySlice<UInt8>) -> (MetricText, end: Int)? {
        guard let (first, end) = number(bytes) else { return nil }
        let rest = bytes[end...]
        guard first.isFinite else { return isEnd(rest) ? (.notFinite, end) : nil }
        if rest.first == UInt8(ascii: "%"), isEnd(rest.dropFirst()) { return (.percentage(first), end + 1) }
        if rest.first == UInt8(ascii: "/"), let (second, end) = number(rest.dropFirst()), second.isFinite, second > 0,
            isEnd(bytes[end...])
        {
            return (.fraction(first, of: second), end)
        }
        return isEnd(rest) ? (.number(first), end) : nil
    }

    /// The number at the beginning of bytes, of which there are not too many.
    private static func number(_ bytes: ArraySlice<UInt8>) -> (Double, end: Int)? {
        var end = bytes.startIndex
        while end < bytes.endIndex, end - bytes.startIndex <= maximumLength, isNumeric(bytes[end]) { end += 1 }
        // A full stop behind a number ends a sentence.
        while end > bytes.startIndex, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
        let text = bytes[bytes.startIndex..<end]
        guard !text.isEmpty, text.count <= maximumLength else { return nil }
        let word = String(decoding: text, as: UTF8.self).lowercased()
        switch word.drop(while: { $0 == "+" || $0 == "-" }) {
        case "nan": return (.nan, end)
        case "inf", "infinity": return (.infinity, end)
        default: break
        }
        // Double reads hexadecimal numbers too, which no program means.
        guard text.contains(where: isDigit), !word.contains(where: { $0.isLetter && $0 != "e" }),
            let value = Double(word)
        else { return nil }
        return (value, end)
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// Whether a value may end there: at white space, a bracket, a quote, a comma, but not before a colon or a letter.
    private static func isEnd(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let byte = rest.first else { return true }
        switch byte {
        case 0...0x20, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"),
            UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "|"), UInt8(ascii: ">"):
            return true
        case UInt8(ascii: "."):
            // The end of a sentence, not of a version.
            return rest.dropFirst().first.map { $0 <= 0x20 } ?? true
        default: return false
        }
    }
}

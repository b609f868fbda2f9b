/// Reads literals of strings and bytes, with their escapes.
struct StringLiteral {
    private let scalars: [Unicode.Scalar]
    private var position: Int
    private let start: Int
    private let isRaw: Bool
    private let isBytes: Bool
    private let quote: Unicode.Scalar
    private let isTriple: Bool
    private var text = String.UnicodeScalarView()
    private var bytes: [UInt8] = []

    /// The literal that begins at a place, which moves behind it; nil where none begins there.
    static func read(_ scalars: [Unicode.Scalar], _ position: inout Int) throws(SyntaxFailure) -> Token.Kind? {
        func at(_ index: Int) -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
        var index = position
        var isBytes = false
        var isRaw = false
        if let mark = at(index), mark == "b" || mark == "B" {
            isBytes = true
            index += 1
        }
        if let mark = at(index), mark == "r" || mark == "R" {
            isRaw = true
            index += 1
        }
        guard let quote = at(index), quote == "\"" || quote == "'" else { return nil }
        let isTriple = at(index + 1) == quote && at(index + 2) == quote
        var literal = StringLiteral(
            scalars: scalars, position: index + (isTriple ? 3 : 1), start: position, isRaw: isRaw, isBytes: isBytes,
            quote: quote, isTriple: isTriple)
        try literal.readBody()
        position = literal.position
        return isBytes ? .bytes(literal.bytes) : .string(String(literal.text))
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private var isAtEnd: Bool {
        guard next == quote else { return false }
        guard isTriple else { return true }
        return position + 2 < scalars.count && scalars[position + 1] == quote && scalars[position + 2] == quote
    }

    private mutating func readBody() throws(SyntaxFailure) {
        while !isAtEnd {
            guard let scalar = next, isTriple || (scalar != "\n" && scalar != "\r") else {
                throw SyntaxFailure(
                    "Syntax error: token recognition error at: '\(Self.shown(scalars[start..<position]))'", at: start)
            }
            position += 1
            if scalar == "\\", !isRaw { try escape() } else { append(scalar) }
        }
        position += isTriple ? 3 : 1
    }

    private static func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars.prefix(60))
        return String(text)
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        if isBytes { bytes.append(contentsOf: String(scalar).utf8) } else { text.append(scalar) }
    }

    private mutating func escape() throws(SyntaxFailure) {
        guard let scalar = next else { throw SyntaxFailure("Syntax error: invalid escape", at: position) }
        position += 1
        switch scalar {
        case "a": append("\u{07}")
        case "b": append("\u{08}")
        case "f": append("\u{0C}")
        case "n": append("\n")
        case "r": append("\r")
        case "t": append("\t")
        case "v": append("\u{0B}")
        case "\\", "?", "\"", "'", "`": append(scalar)
        case "x", "X": try code(digits: 2, radix: 16)
        case "u" where !isBytes: try code(digits: 4, radix: 16)
        case "U" where !isBytes: try code(digits: 8, radix: 16)
        case "0"..."3":
            position -= 1
            try code(digits: 3, radix: 8)
        default: throw SyntaxFailure("Syntax error: invalid escape '\\\(scalar)'", at: position - 2)
        }
    }

    private mutating func code(digits: Int, radix: UInt32) throws(SyntaxFailure) {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard let scalar = next, let digit = Self.digit(scalar), digit < radix else {
                throw SyntaxFailure("Syntax error: invalid escape", at: position)
            }
            number = number &* radix &+ digit
            position += 1
        }
        if isBytes {
            bytes.append(UInt8(truncatingIfNeeded: number))
        } else {
            guard let scalar = Unicode.Scalar(number) else {
                throw SyntaxFailure("Syntax error: invalid code point in an escape", at: position)
            }
            text.append(scalar)
        }
    }

    private static func digit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }
}

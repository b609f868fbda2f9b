/// Goes through the characters of a TOML document.
struct TOMLScanner {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    /// The line that is read, from 1.
    private(set) var line = 1

    init(_ text: String) { scalars = Array(text.replacing("\r\n", with: "\n").unicodeScalars) }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func advance() -> Unicode.Scalar? {
        guard let scalar = next else { return nil }
        position += 1
        if scalar == "\n" { line += 1 }
        return scalar
    }

    /// Takes a character, where it is the next one.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        _ = advance()
        return true
    }

    /// Takes the second and third quote of a text that may have several lines, and the line's end behind them.
    mutating func takeLong(_ quote: Unicode.Scalar) -> Bool {
        guard position + 1 < scalars.count, scalars[position] == quote, scalars[position + 1] == quote else {
            return false
        }
        position += 2
        _ = take("\n")
        return true
    }

    /// Passes blanks on this line.
    mutating func skipBlanks() { while next == " " || next == "\t" { position += 1 } }

    /// Passes blanks, ends of lines and comments; false at the end of the text.
    mutating func skipToContent() -> Bool {
        while let scalar = next {
            switch scalar {
            case " ", "\t", "\n": _ = advance()
            case "#": skipComment()
            default: return true
            }
        }
        return false
    }

    /// Passes the rest of a line; false where it holds more than a comment.
    mutating func endLine() -> Bool {
        skipBlanks()
        skipComment()
        return next == nil || take("\n")
    }

    private mutating func skipComment() {
        guard next == "#" else { return }
        while let scalar = next, scalar != "\n" { position += 1 }
    }

    /// The characters from here on that belong, without blanks at the end.
    mutating func word(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var word = String.UnicodeScalarView()
        while let scalar = next, belongs(scalar) {
            word.append(scalar)
            _ = advance()
        }
        while let last = word.last, last == " " || last == "\t" { word.removeLast() }
        return String(word)
    }

    /// The text up to its closing quotes, as it stands.
    mutating func literalString(isLong: Bool) throws(TOMLReader.Failure) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = advance() {
            if scalar == "'" {
                if !isLong { return String(text) }
                if let quotes = closing("'") { return String(text) + quotes }
            } else if scalar == "\n", !isLong {
                break
            }
            text.append(scalar)
        }
        throw failure("a text without its closing quote")
    }

    /// The text up to its closing quotes, with what stands behind `\` replaced.
    mutating func basicString(isLong: Bool) throws(TOMLReader.Failure) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = advance() {
            switch scalar {
            case "\"":
                if !isLong { return String(text) }
                if let quotes = closing("\"") { return String(text) + quotes }
                text.append(scalar)
            case "\\": if let escaped = try escape(isLong: isLong) { text.append(escaped) }
            case "\n" where !isLong: throw failure("a text without its closing quote")
            default: text.append(scalar)
            }
        }
        throw failure("a text without its closing quote")
    }

    /// Takes two more quotes, and up to two that belong to the text; nil where the text goes on.
    private mutating func closing(_ quote: Unicode.Scalar) -> String? {
        guard position + 1 < scalars.count, scalars[position] == quote, scalars[position + 1] == quote else {
            return nil
        }
        position += 2
        var own = ""
        while own.count < 2, take(quote) { own.unicodeScalars.append(quote) }
        return own
    }

    private mutating func escape(isLong: Bool) throws(TOMLReader.Failure) -> Unicode.Scalar? {
        guard let scalar = advance() else { throw failure("a text without its closing quote") }
        switch scalar {
        case "b": return "\u{8}"
        case "t": return "\t"
        case "n": return "\n"
        case "f": return "\u{C}"
        case "r": return "\r"
        case "e": return "\u{1B}"
        case "\"", "\\": return scalar
        case "u": return try code(4)
        case "U": return try code(8)
        case "\n", " ", "\t":
            guard isLong else { break }
            // A line's end behind \ and all blanks after it are left out.
            while let blank = next, blank == " " || blank == "\t" || blank == "\n" { _ = advance() }
            return nil
        default: break
        }
        throw failure("\\\(scalar) means nothing")
    }

    private mutating func code(_ count: Int) throws(TOMLReader.Failure) -> Unicode.Scalar {
        let end = position + count
        guard end <= scalars.count else { throw failure("a text without its closing quote") }
        var digits = String.UnicodeScalarView()
        digits.append(contentsOf: scalars[position..<end])
        guard let number = UInt32(String(digits), radix: 16), let scalar = Unicode.Scalar(number) else {
            throw failure("\"\(String(digits))\" is no character's number")
        }
        position = end
        return scalar
    }

    private func failure(_ message: String) -> TOMLReader.Failure { TOMLReader.Failure(line: line, message: message) }
}

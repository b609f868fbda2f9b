/// Cuts a text into tokens.
struct Lexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    static func tokens(_ scalars: [Unicode.Scalar]) throws(SyntaxFailure) -> [Token] {
        var lexer = Lexer(scalars: scalars)
        var tokens: [Token] = []
        repeat { tokens.append(try lexer.token()) } while tokens.last?.kind != .end
        return tokens
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < scalars.count ? scalars[position + ahead] : nil
    }

    private mutating func token() throws(SyntaxFailure) -> Token {
        skipBlanks()
        let start = position
        let kind = try kind()
        return Token(kind: kind, offset: start, text: text(from: start))
    }

    private func text(from start: Int) -> String {
        guard start < scalars.count else { return "<EOF>" }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<position])
        return String(text)
    }

    private mutating func skipBlanks() {
        while let scalar = peek() {
            switch scalar {
            case " ", "\t", "\n", "\r", "\u{0C}": position += 1
            case "/" where peek(1) == "/": while let next = peek(), next != "\n" { position += 1 }
            default: return
            }
        }
    }

    private static let pairs: Set<String> = ["==", "!=", "<=", ">=", "&&", "||"]
    private static let singles = Set("()[]{}.,?:+-*/%<>!=".unicodeScalars)

    private mutating func kind() throws(SyntaxFailure) -> Token.Kind {
        guard let scalar = peek() else { return .end }
        if let string = try StringLiteral.read(scalars, &position) { return string }
        if Self.isLetter(scalar) { return word() }
        if Self.isDigit(scalar) || (scalar == "." && peek(1).map(Self.isDigit) ?? false) { return try number() }
        if scalar == "`" { return try quoted() }
        if let next = peek(1), Self.pairs.contains("\(scalar)\(next)") {
            position += 2
            return .symbol("\(scalar)\(next)")
        }
        guard Self.singles.contains(scalar), scalar != "=" else {
            throw SyntaxFailure("Syntax error: token recognition error at: '\(scalar)'", at: position)
        }
        position += 1
        return .symbol(String(scalar))
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }

    private mutating func word() -> Token.Kind {
        let start = position
        while let scalar = peek(), Self.isLetter(scalar) || Self.isDigit(scalar) { position += 1 }
        let word = text(from: start)
        return ["true", "false", "null", "in"].contains(word) ? .symbol(word) : .identifier(word)
    }

    private mutating func quoted() throws(SyntaxFailure) -> Token.Kind {
        let start = position
        position += 1
        while let scalar = peek(),
            Self.isLetter(scalar) || Self.isDigit(scalar) || ".-/ ".unicodeScalars.contains(scalar)
        {
            position += 1
        }
        guard peek() == "`", position > start + 1 else {
            throw SyntaxFailure("Syntax error: token recognition error at: '\(text(from: start))'", at: start)
        }
        position += 1
        return .quotedIdentifier(String(text(from: start).dropFirst().dropLast()))
    }

    private mutating func number() throws(SyntaxFailure) -> Token.Kind {
        let start = position
        if peek() == "0", let mark = peek(1), mark == "x" || mark == "X", peek(2)?.properties.isASCIIHexDigit == true {
            position += 2
            while peek()?.properties.isASCIIHexDigit == true { position += 1 }
            return try integer(text(from: start).dropFirst(2), radix: 16, start: start)
        }
        skipDigits()
        var isDouble = false
        if peek() == ".", peek(1).map(Self.isDigit) ?? false {
            isDouble = true
            position += 1
            skipDigits()
        }
        if let mark = peek(), mark == "e" || mark == "E" {
            let hasSign = peek(1) == "+" || peek(1) == "-"
            if peek(hasSign ? 2 : 1).map(Self.isDigit) ?? false {
                isDouble = true
                position += hasSign ? 2 : 1
                skipDigits()
            }
        }
        guard isDouble else { return try integer(text(from: start)[...], radix: 10, start: start) }
        guard let number = Double(text(from: start)), number.isFinite else {
            throw SyntaxFailure("invalid double literal", at: start)
        }
        return .double(number)
    }

    private mutating func skipDigits() { while let scalar = peek(), Self.isDigit(scalar) { position += 1 } }

    private mutating func integer(_ digits: Substring, radix: Int, start: Int) throws(SyntaxFailure) -> Token.Kind {
        let isUnsigned = peek() == "u" || peek() == "U"
        if isUnsigned { position += 1 }
        guard let number = UInt64(digits, radix: radix) else {
            throw SyntaxFailure("invalid \(isUnsigned ? "uint" : "int") literal", at: start)
        }
        return isUnsigned ? .unsigned(number) : .integer(number)
    }
}

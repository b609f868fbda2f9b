extension PatternParser {
    /// What an escape stands for, behind the backslash.
    mutating func escapedSet() throws(SyntaxError) -> CharacterSet {
        guard let scalar = next else { throw error("trailing backslash at end of expression", "") }
        position += 1
        switch scalar {
        case "d": return .digits
        case "D": return CharacterSet(CharacterSet.digits.ranges, isNegated: true)
        case "w": return .word
        case "W": return CharacterSet(CharacterSet.word.ranges, isNegated: true)
        case "s": return .space
        case "S": return CharacterSet(CharacterSet.space.ranges, isNegated: true)
        case "p": return try category(isNegated: false)
        case "P": return try category(isNegated: true)
        case "n": return CharacterSet("\n")
        case "r": return CharacterSet("\r")
        case "t": return CharacterSet("\t")
        case "a": return CharacterSet("\u{07}")
        case "f": return CharacterSet("\u{0C}")
        case "v": return CharacterSet("\u{0B}")
        case "x": return CharacterSet(try code())
        case "0"..."7": return CharacterSet(try octal(scalar))
        default:
            if scalar.value >= 0x80 || scalar.properties.isAlphabetic || Lexer.isDigit(scalar) {
                throw error("invalid escape sequence", "\\\(scalar)")
            }
            return CharacterSet(scalar)
        }
    }

    /// `7F` or `{10FFFF}`.
    private mutating func code() throws(SyntaxError) -> Unicode.Scalar {
        let isBraced = take("{")
        var digits = ""
        while let scalar = next, scalar.properties.isASCIIHexDigit, digits.count < (isBraced ? 8 : 2) {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        guard isBraced ? take("}") && !digits.isEmpty : digits.count == 2, let code = UInt32(digits, radix: 16),
            let scalar = Unicode.Scalar(code)
        else { throw error("invalid escape sequence", "\\x") }
        return scalar
    }

    private mutating func octal(_ first: Unicode.Scalar) throws(SyntaxError) -> Unicode.Scalar {
        var code = first.value - 0x30
        var count = 1
        while let scalar = next, ("0"..."7").contains(scalar), count < 3 {
            code = code * 8 + scalar.value - 0x30
            position += 1
            count += 1
        }
        // A single digit but zero would refer to a group, which no engine of linear time can do.
        guard first == "0" || count > 1, let scalar = Unicode.Scalar(code) else {
            throw error("invalid escape sequence", "\\\(first)")
        }
        return scalar
    }

    private mutating func category(isNegated: Bool) throws(SyntaxError) -> CharacterSet {
        var name = ""
        var isNegated = isNegated
        if take("{") {
            if take("^") { isNegated.toggle() }
            while let scalar = next, scalar != "}" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard take("}") else { throw error("invalid character class range") }
        } else if let scalar = next {
            name = String(scalar)
            position += 1
        }
        guard var set = CharacterSet.category(name) else {
            throw error("invalid character class range", "\\p{\(name)}")
        }
        set.isNegated = isNegated != set.isNegated
        return set
    }

    /// A class, behind its opening bracket.
    mutating func characterClass() throws(SyntaxError) -> CharacterSet {
        let start = position - 1
        var set = CharacterSet([], isNegated: take("^"))
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            if take(text: "[:") {
                set.insert(try posixClass())
                continue
            }
            let low = try classAtom()
            guard low.ranges.count == 1, let first = low.ranges.first, first.count == 1, low.categories.isEmpty,
                !low.isNegated
            else {
                set.insert(low)
                continue
            }
            let isRange = next == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
            guard isRange else {
                set.insert(low)
                continue
            }
            position += 1
            let high = try classAtom()
            guard let last = high.ranges.first, high.ranges.count == 1, last.count == 1, !high.isNegated,
                first.lowerBound <= last.lowerBound
            else { throw error("invalid character class range") }
            set.ranges.append(first.lowerBound...last.lowerBound)
        }
        guard take("]") else { throw error("missing closing ]", StringLibrary.string(scalars[start...])) }
        return set
    }

    private mutating func classAtom() throws(SyntaxError) -> CharacterSet {
        guard let scalar = next else { throw error("missing closing ]") }
        position += 1
        return scalar == "\\" ? try escapedSet() : CharacterSet(scalar)
    }

    private mutating func posixClass() throws(SyntaxError) -> CharacterSet {
        let isNegated = take("^")
        var name = ""
        while let scalar = next, scalar != ":", name.count < 10 {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard take(text: ":]"), var set = CharacterSet.posix(name) else {
            throw error("invalid character class range", "[:\(name):]")
        }
        set.isNegated = isNegated
        return set
    }
}

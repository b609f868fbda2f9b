import KubernetesCore

/// What a word of TOML that stands without quotes means.
enum TOMLScalar {
    /// The value; nil where the word means nothing, or nothing that JSON has.
    static func value(_ word: String) -> JSONValue? {
        switch word {
        case "true": return true
        case "false": return false
        case "": return nil
        default: break
        }
        if isDate(word) { return .string(word) }
        guard let number = digits(word) else { return nil }
        if let integer = integer(number) { return .integer(integer) }
        guard number.contains(where: { ".eE".contains($0) }), isFloat(number), let value = Double(number),
            value.isFinite
        else { return nil }
        return .double(value)
    }

    /// The word without `_`, each of which stands between two digits.
    private static func digits(_ word: String) -> String? {
        let characters = Array(word)
        for (index, character) in characters.enumerated() where character == "_" {
            guard index > 0, index + 1 < characters.count, characters[index - 1].isHexDigit,
                characters[index + 1].isHexDigit
            else { return nil }
        }
        return word.replacing("_", with: "")
    }

    private static func integer(_ text: String) -> Int64? {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            return digits.first?.isHexDigit == true ? Int64(digits, radix: radix) : nil
        }
        let digits = text.first == "+" || text.first == "-" ? text.dropFirst() : text[...]
        guard hasPlainZero(digits), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int64(text)
    }

    /// `[-+]?digits(\.digits)?([eE][-+]?digits)?`, without zeros in front.
    private static func isFloat(_ text: String) -> Bool {
        var rest = text[...]
        if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
        func takeDigits() -> Int {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        guard hasPlainZero(rest.prefix { $0.isASCII && $0.isNumber }), takeDigits() > 0 else { return false }
        if rest.first == "." {
            rest.removeFirst()
            guard takeDigits() > 0 else { return false }
        }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
            guard takeDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func hasPlainZero(_ digits: Substring) -> Bool {
        !digits.isEmpty && (digits.first != "0" || digits.count == 1)
    }

    /// `1979-05-27…` or `07:32:00…`.
    private static func isDate(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        func isDigits(_ range: Range<Int>) -> Bool {
            range.upperBound <= bytes.count && bytes[range].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        }
        if isDigits(0..<4), bytes.count >= 10, bytes[4] == 0x2D { return isDigits(5..<7) && isDigits(8..<10) }
        return isDigits(0..<2) && bytes.count >= 8 && bytes[2] == 0x3A && isDigits(3..<5)
    }
}

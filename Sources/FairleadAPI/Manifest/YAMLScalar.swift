import KubernetesCore

/// What a plain word of YAML means to Go's YAML library in version 2, by which kubectl reads.
enum YAMLScalar {
    private static let words: [String: JSONValue] = [
        "": .null, "~": .null, "null": .null, "Null": .null, "NULL": .null,
        "y": true, "Y": true, "yes": true, "Yes": true, "YES": true, "true": true, "True": true, "TRUE": true,
        "on": true, "On": true, "ON": true,
        "n": false, "N": false, "no": false, "No": false, "NO": false, "false": false, "False": false,
        "FALSE": false, "off": false, "Off": false, "OFF": false,
    ]
    private static let unrepresentable: Set<String> = [
        ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
    ]

    /// The value, nil where JSON has none for it.
    static func resolve(_ text: String) -> JSONValue? {
        if let word = words[text] { return word }
        if unrepresentable.contains(text) { return nil }
        guard let first = text.utf8.first,
            isDigit(first) || first == UInt8(ascii: "+") || first == UInt8(ascii: "-") || first == UInt8(ascii: ".")
        else { return .string(text) }
        let plain = text.replacing("_", with: "")
        if let integer = integer(plain) { return .integer(integer) }
        if isFloat(plain), let number = Double(plain.hasSuffix(".") ? plain + "0" : plain) {
            return number.isFinite ? .double(number) : nil
        }
        return .string(text)
    }

    private static func integer(_ text: String) -> Int64? {
        var digits = Substring(text)
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        guard let first = digits.utf8.first, isDigit(first) else { return nil }
        var radix = 10
        let lower = digits.prefix(2).lowercased()
        if let prefixed = ["0x": 16, "0b": 2, "0o": 8][lower] {
            radix = prefixed
            digits = digits.dropFirst(2)
        } else if digits.count > 1, digits.first == "0" {
            radix = 8
            digits = digits.dropFirst()
        }
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        return Int64((isNegative ? "-" : "") + digits, radix: radix)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, in time linear in the text.
    private static func isFloat(_ text: String) -> Bool {
        var rest = Substring(text)
        if rest.first == "+" || rest.first == "-" { rest = rest.dropFirst() }
        let whole = rest.utf8.prefix(while: isDigit).count
        rest = rest.dropFirst(whole)
        if rest.first == "." {
            rest = rest.dropFirst()
            let fraction = rest.utf8.prefix(while: isDigit).count
            if whole == 0 && fraction == 0 { return false }
            rest = rest.dropFirst(fraction)
        } else if whole == 0 {
            return false
        }
        if rest.isEmpty { return true }
        guard rest.first == "e" || rest.first == "E" else { return false }
        rest = rest.dropFirst()
        if rest.first == "+" || rest.first == "-" { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.utf8.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}

/// The form of Kubernetes' quantities: digits with an optional fraction, and a suffix or an exponent.
enum QuantityText {
    static let expectation = "must be a quantity such as 2, 500m, 1.5 or 4Gi"

    private static let suffixes: Set<String> = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ]

    /// Whether a text is a quantity that is not negative.
    static func isValid(_ text: String) -> Bool {
        guard text.utf8.count <= 64 else { return false }
        var rest = Substring(text)
        if rest.first == "+" { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.first == "." {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        if whole.isEmpty && fraction.isEmpty { return false }
        if suffixes.contains(String(rest)) { return true }
        guard rest.first == "e" || rest.first == "E" else { return false }
        let exponent = rest.dropFirst()
        let digits = exponent.first == "-" || exponent.first == "+" ? exponent.dropFirst() : exponent
        return !digits.isEmpty && digits.count <= 3 && digits.allSatisfy(isDigit)
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}

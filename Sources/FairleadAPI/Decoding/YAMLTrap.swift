/// Messages about values that YAML reads otherwise than their writer meant them.
enum YAMLTrap {
    /// The advice that every such message gives.
    static let advice = "quote y, n, yes, no, on, off"

    /// A truth value where text was expected.
    static func message(forBoolean value: Bool) -> String {
        "must be a string, not the boolean \(value) (\(advice))"
    }

    /// A truth value among the strings of a list.
    static func message(forListElement value: Bool) -> String {
        "must be a string, not the boolean \(value) (\(value ? "YES" : "NO") without quotes?)"
    }

    /// An expression that came as null or as nothing.
    static let emptyExpression = "must not be empty: YAML takes a leading \"!\" for a tag, so quote the expression"
}

/// What models, their aliases and their versions may be called.
public enum ModelName {
    /// The value of a pin that takes an alias away.
    public static let noVersion = "None"

    /// The longest name of a Model, in characters: with its number a version's name is a label's value.
    static let longest = 52
    private static let longestAlias = 40
    private static let mostDigits = 10

    /// Why a text is no name of a Model, nil where it is one.
    public static func problem(_ name: String) -> String? {
        NameRule.objectProblem(name, limit: longest)
    }

    /// The same of a text that may hold `$(…)`, which is judged when that is replaced.
    static func templateProblem(_ name: String) -> String? { name.contains("$(") ? nil : problem(name) }

    /// Why a text is no name of an alias, nil where it is one.
    public static func aliasProblem(_ name: String) -> String? {
        if let problem = NameRule.labelProblem(name, limit: longestAlias) { return problem }
        guard let first = name.utf8.first, first >= UInt8(ascii: "a") else { return "must begin with a letter" }
        return nil
    }

    /// The number that a text spells, nil where it is no number of a version: 1 or more, without leading zeros.
    public static func number(_ text: String) -> Int64? {
        let isNumber = text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard isNumber, text.utf8.count <= mostDigits, text.first != "0" else { return nil }
        return Int64(text)
    }

    /// The name of a ModelVersion: `churn-7`.
    public static func version(_ model: String, _ number: Int64) -> String { "\(model)-\(number)" }

    /// The model and the number that a ModelVersion's name spells, nil where it spells none.
    public static func parts(of version: String) -> (model: String, number: Int64)? {
        guard let hyphen = version.lastIndex(of: "-"), hyphen != version.startIndex,
            let number = number(String(version[version.index(after: hyphen)...]))
        else { return nil }
        return (String(version[..<hyphen]), number)
    }

    /// What a message says about a text that is no number of a version.
    static func numberProblem(_ text: String) -> String {
        "must be the number of a version, such as \"7\", not \(Quoted.text(text))"
    }
}

/// What names may look like.
enum NameRule {
    /// Why a text is no DNS label of at most that many characters, nil where it is one.
    static func labelProblem(_ name: String, limit: Int) -> String? {
        guard !name.isEmpty else { return "must not be empty" }
        guard name.utf8.count <= limit else {
            return "must have at most \(limit) characters, not \(name.utf8.count)"
        }
        let isLabel =
            name.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
            && !name.hasPrefix("-") && !name.hasSuffix("-")
        return isLabel
            ? nil : "must be lower-case letters, digits and \"-\", and begin and end with one of the first two"
    }

    /// Why a text is no name of a Kubernetes object (a DNS subdomain), nil where it is one.
    static func objectProblem(_ name: String, limit: Int = 253) -> String? {
        guard !name.isEmpty else { return "must not be empty" }
        guard name.utf8.count <= limit else {
            return "must have at most \(limit) characters, not \(name.utf8.count)"
        }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ labelProblem(String($0), limit: limit) == nil }) else {
            return "\(Quoted.text(name)) is no name of a Kubernetes object: lower-case letters, digits, \"-\" and \".\""
        }
        return nil
    }

    /// Why a text is no name of a parameter or a result, nil where it is one.
    static func valueProblem(_ name: String, limit: Int, allowsHyphen: Bool = false) -> String? {
        guard name.utf8.count <= limit else {
            return "must have at most \(limit) characters, not \(name.utf8.count)"
        }
        if name == "true" || name == "false" { return "\(Quoted.text(name)) cannot be a name (\(YAMLTrap.advice))" }
        let underscore = UInt8(ascii: "_")
        let isName = name.utf8.enumerated().allSatisfy { index, byte in
            let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
            if isLetter || byte == underscore { return true }
            return index > 0 && (isLowerOrDigit(byte) || (allowsHyphen && byte == UInt8(ascii: "-")))
        }
        guard isName, !name.isEmpty else {
            return "must match [a-zA-Z_][a-zA-Z0-9_\(allowsHyphen ? "-" : "")]*, not \(Quoted.text(name))"
        }
        return nil
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")) || (byte >= 0x30 && byte <= 0x39)
    }
}

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

    /// What is wrong with the names of one list: their form, two that are alike, two that differ only in letter case,
    /// since each also names an environment variable in upper case.
    static func listProblems(
        _ names: [String], at path: FieldPath, limits: Limits, allowsHyphen: Bool = false
    ) -> [InvalidField] {
        var problems: [InvalidField] = []
        func add(_ path: FieldPath, _ message: String) {
            problems.append(InvalidField(path: path.description, message: message))
        }
        if names.count > limits.values {
            add(path, "holds \(names.count) elements; at most \(limits.values) are allowed")
        }
        var seen: [String: String] = [:]
        for (index, name) in names.enumerated() {
            let place = path[index]["name"]
            if let problem = valueProblem(name, limit: limits.valueName, allowsHyphen: allowsHyphen) {
                add(place, problem)
            }
            guard let other = seen.updateValue(name, forKey: name.uppercased()) else { continue }
            add(
                place,
                other == name
                    ? "duplicate name \(Quoted.text(name))"
                    : "\(Quoted.text(name)) and \(Quoted.text(other)) are the same in upper case")
        }
        return problems
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")) || (byte >= 0x30 && byte <= 0x39)
    }
}

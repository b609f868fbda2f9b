/// How the names of members are spelled in rules, where not all of them are identifiers.
enum RuleNames {
    private static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// The name in rules; nil where a rule can't spell it.
    static func escaped(_ name: String) -> String? {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return nil }
        if reserved.contains(name) { return "__\(name)__" }
        var escaped = ""
        var rest = name.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "_" where rest.first == "_":
                rest.removeFirst()
                escaped += "__underscores__"
            case ".": escaped += "__dot__"
            case "-": escaped += "__dash__"
            case "/": escaped += "__slash__"
            case "a"..."z", "A"..."Z", "0"..."9", "_": escaped.unicodeScalars.append(scalar)
            default: return nil
            }
        }
        return escaped
    }
}

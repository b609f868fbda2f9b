/// A `$(params.…)` in a text in which nothing is replaced.
struct ScriptReference {
    var text: String
    var root: Reference.Root
    var name: String

    /// The first one in a script; a shell's own `$(command)` is none.
    static func find(in script: String) -> ScriptReference? {
        var rest = Substring(script)
        while let opening = rest.firstRange(of: "$(") {
            rest = rest[opening.upperBound...]
            let inner = rest.prefix { $0 != ")" && !$0.isNewline }
            let word = inner.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
            let roots: [Reference.Root] = [.params, .tasks, .item, .itemIndex]
            guard let root = roots.first(where: { isRooted(word, in: $0) }) else { continue }
            let reference = try? Reference(parsing: String(word))
            return ScriptReference(
                text: "$(\(inner.prefix(80)))", root: root, name: reference?.memberName(at: 0) ?? "NAME")
        }
        return nil
    }

    private static func isRooted(_ word: Substring, in root: Reference.Root) -> Bool {
        let isWhole = word == root.rawValue && (root == .item || root == .itemIndex)
        return isWhole || word.hasPrefix("\(root.rawValue).") || word.hasPrefix("\(root.rawValue)[")
    }
}

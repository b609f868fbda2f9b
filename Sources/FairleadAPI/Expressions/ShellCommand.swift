/// Finds the text that a shell is given after `-c`: it is a script, in which nothing is replaced.
enum ShellCommand {
    private static let shells: Set<String> = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"]

    /// The index of the script in a command line of `command` and `args`, nil where there is none.
    static func scriptIndex(in words: [String]) -> Int? {
        for (index, word) in words.enumerated() where isShell(word) {
            if let script = scriptIndex(in: words, after: index) { return script }
        }
        return nil
    }

    private static func isShell(_ word: String) -> Bool {
        shells.contains(word.split(separator: "/").last.map(String.init) ?? "")
    }

    private static func scriptIndex(in words: [String], after shell: Int) -> Int? {
        var takesScript = false
        var index = shell + 1
        while index < words.count {
            let word = words[index]
            guard word.count > 1, word.hasPrefix("-") || word.hasPrefix("+") else {
                return takesScript ? index : nil
            }
            if !word.hasPrefix("--") {
                if word.hasPrefix("-"), word.contains("c") { takesScript = true }
                // `-o NAME` and bundles that end in `o` take the option's name as the next word.
                if word.hasSuffix("o") { index += 1 }
            }
            index += 1
        }
        return nil
    }
}

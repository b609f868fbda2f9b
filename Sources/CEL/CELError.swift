/// Why an expression can't be used, or has no value.
public struct CELError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of error it is.
    public enum Code: String, Sendable, Hashable {
        /// The text is no expression.
        case syntax
        /// Names or types don't fit.
        case check
        /// The evaluation failed.
        case evaluation
        /// The evaluation was stopped at its cost limit.
        case costExceeded
    }

    /// One thing that is wrong.
    public struct Issue: Sendable, Hashable {
        /// Where; nil where no place is to blame.
        public let position: SourcePosition?
        /// What.
        public let message: String

        /// An issue at a place.
        public init(position: SourcePosition?, message: String) {
            self.position = position
            self.message = message
        }
    }

    /// What kind of error it is.
    public let code: Code
    /// What is wrong; at least one.
    public let issues: [Issue]
    /// The expression's text.
    public let text: String

    /// An error about a text.
    public init(_ code: Code, _ issues: [Issue], text: String) {
        self.code = code
        self.issues = issues
        self.text = text
    }

    /// All issues in one line, with line and column: `1:5: undefined field 'x'`.
    public var message: String {
        issues.map { issue in
            issue.position.map { "\($0.line):\($0.column): \(issue.message)" } ?? issue.message
        }.joined(separator: "; ")
    }

    /// The issues with the lines of the text where they are, and a caret under each place.
    public var description: String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return issues.map { issue in
            guard let position = issue.position else { return "ERROR: \(issue.message)" }
            var told = "ERROR: <input>:\(position.line):\(position.column): \(issue.message)"
            if lines.indices.contains(position.line - 1) {
                let dots = String(repeating: ".", count: position.column - 1)
                let line = String(lines[position.line - 1]).replacing("\t", with: " ")
                told += "\n | \(line)\n | \(dots)^"
            }
            return told
        }.joined(separator: "\n")
    }
}

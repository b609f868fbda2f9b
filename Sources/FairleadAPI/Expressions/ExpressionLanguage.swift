import CEL

/// The dialect of CEL in specs: Kubernetes' libraries, `days(n)`, durations that know `d`, and numbers that mix.
enum ExpressionLanguage {
    /// The functions without any variables, whose table is made once.
    private static let functions = Declarations(
        libraries: Library.kubernetes(minor: 36), options: [.mixedNumbers, .days])

    /// Parses an expression and checks it against the variables' types.
    static func compile(_ text: String, variables: [String: CELType]) throws(ExpressionError) -> Program {
        let limit = Limits.published.expression
        guard text.utf8.count <= limit else {
            throw ExpressionError("must have at most \(limit) characters, not \(text.utf8.count)")
        }
        guard !text.allSatisfy(\.isWhitespace) else { throw ExpressionError(YAMLTrap.emptyExpression) }
        var declarations = functions
        declarations.variables = variables
        do throws(CELError) {
            return try Program(text, declarations: declarations)
        } catch {
            throw translate(error, text, names: variables.keys.sorted())
        }
    }

    /// The value of an expression.
    static func evaluate(_ program: Program, _ variables: [String: Value]) throws(ExpressionError) -> Value {
        do throws(CELError) {
            return try program.evaluate(variables, costLimit: Limits.published.expressionCost)
        } catch {
            throw translate(error, program.text, names: [])
        }
    }

    /// The advice about a task whose name holds a hyphen, nil where the text names none.
    static func hyphenAdvice(_ text: String) -> String? {
        var rest = Substring(text)
        while let found = rest.firstRange(of: "tasks.") {
            rest = rest[found.upperBound...]
            let name = rest.prefix { ReferenceParser.isNameCharacter($0) }
            if name.contains("-") { return "a hyphen is a minus sign in CEL: write tasks['\(name)']" }
        }
        return nil
    }

    private static func translate(_ error: CELError, _ text: String, names: [String]) -> ExpressionError {
        guard let issue = error.issues.first else { return ExpressionError(error.message) }
        var message = issue.message
        let isUndeclared = message.hasPrefix("undeclared reference to '")
        if isUndeclared {
            let name = String(message.drop { $0 != "'" }.dropFirst().prefix { $0 != "'" })
            message = "unknown name \(Quoted.text(name))\(NearestName.suggestion(name, among: names))"
        }
        if error.issues.count > 1, !isUndeclared { message = error.issues.map(\.message).joined(separator: "; ") }
        if error.code != .evaluation, let advice = hyphenAdvice(text) { message += "; \(advice)" }
        if error.code != .evaluation, text.contains("$(") {
            message += "; an expression takes its values by their paths, without $( and )"
        }
        return ExpressionError(message, position: issue.position.map { offset(of: $0, in: text) } ?? 0)
    }

    /// How many characters come before a place.
    private static func offset(of position: SourcePosition, in text: String) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(max(0, position.line - 1))
        return lines.reduce(0) { $0 + $1.count + 1 } + max(0, position.column - 1)
    }
}

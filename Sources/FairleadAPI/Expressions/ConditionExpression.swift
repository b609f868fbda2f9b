import CEL
public import KubernetesCore

/// A condition in CEL: `when`, `check.that`, a promotion's `when`.
public struct ConditionExpression: Sendable, Hashable {
    /// The text.
    public let text: String
    /// The paths that it reads in the scopes of a run.
    public let references: [Reference]

    private let variables: [String]
    private let program: Program

    /// Reads a condition over the scopes of a run.
    ///
    /// - Throws: `ExpressionError` where it is no expression or can be neither true nor false.
    public init(_ text: String) throws(ExpressionError) {
        let expression = try Expression(parsing: text)
        try self.init(expression.program, variables: [], references: expression.references)
    }

    /// Reads a condition over other variables.
    ///
    /// - Parameters:
    ///   - text: The condition.
    ///   - variables: The names that it may use.
    /// - Throws: `ExpressionError` where it is no expression or can be neither true nor false.
    public init(_ text: String, variables: [String]) throws(ExpressionError) {
        let types = Dictionary(variables.map { ($0, CELType.dyn) }, uniquingKeysWith: { first, _ in first })
        try self.init(try ExpressionLanguage.compile(text, variables: types), variables: variables, references: [])
    }

    private init(
        _ program: Program, variables: [String], references: [Reference]
    ) throws(ExpressionError) {
        guard program.resultType == .bool || program.resultType == .dyn else {
            throw ExpressionError(Self.mismatch(program.resultType))
        }
        text = program.text
        self.program = program
        self.variables = variables
        self.references = references
    }

    /// Whether it holds for the values of a run.
    ///
    /// - Throws: `ExpressionError` where a path leads nowhere or the types don't fit.
    public func holds(in scope: Scope) throws(ExpressionError) -> Bool {
        let variables = try scope.variables(for: references)
        do throws(ExpressionError) {
            return try truth(of: try ExpressionLanguage.evaluate(program, variables))
        } catch {
            // Mostly the outcome of a skipped task: what CEL says of its null helps nobody.
            let nulls = references.filter { (try? scope.value(of: $0)) == .null }.map(\.description)
            guard !nulls.isEmpty else { throw error }
            let names = Set(nulls).sorted().joined(separator: ", ")
            throw ExpressionError("\(error.message); null is the value of \(names)", position: error.position)
        }
    }

    /// Whether it holds for the values of its own variables.
    ///
    /// - Throws: `ExpressionError` where a path leads nowhere or the types don't fit.
    public func holds(with values: [String: JSONValue]) throws(ExpressionError) -> Bool {
        try truth(of: try ExpressionLanguage.evaluate(program, values.mapValues { Value($0) }))
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.text == right.text && left.variables == right.variables
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    private func truth(of value: Value) throws(ExpressionError) -> Bool {
        guard case .bool(let truth) = value else {
            throw ExpressionError("must be true or false, not \(Template.text(of: try JSONValue(value)).prefix(80))")
        }
        return truth
    }

    /// The message about an expression of another type.
    static func mismatch(_ type: CELType) -> String { "must be true or false, not \(type.withArticle)" }
}

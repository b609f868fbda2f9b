import CEL
public import KubernetesCore

/// An expression in CEL over the scopes of a run, parsed once.
///
/// What its variables hold is looked at when it is evaluated; the validator judges it beforehand against what the
/// pipeline declares.
public struct Expression: Sendable, Hashable {
    /// The text.
    public let text: String
    /// The paths that it reads.
    public let references: [Reference]

    /// What the text stands for; equal where the texts are.
    let program: Program

    /// Reads an expression.
    ///
    /// - Throws: `ExpressionError`, with the position in the text.
    public init(parsing text: String) throws(ExpressionError) {
        let variables = Reference.Root.allCases.map { ($0.rawValue, $0.looseType) }
        program = try ExpressionLanguage.compile(text, variables: Dictionary(uniqueKeysWithValues: variables))
        self.text = text
        references = program.references.compactMap { Reference($0) }
    }

    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// The value.
    ///
    /// A time that was made of `trigger.date` alone and lies at midnight is written as a date.
    ///
    /// - Throws: `ExpressionError` where a path leads nowhere or the types don't fit.
    public func evaluate(in scope: Scope) throws(ExpressionError) -> JSONValue {
        let value = try ExpressionLanguage.evaluate(program, try scope.variables(for: references))
        let date = Reference(root: .trigger, steps: [.member("date")])
        return try JSONValue(value, writesDates: !references.isEmpty && references.allSatisfy { $0 == date })
    }
}

extension Reference {
    /// The path of a variable in CEL, nil where its first name is no scope.
    init?(_ path: VariablePath) {
        guard let first = path.path.first, let root = Root(rawValue: first) else { return nil }
        self.init(root: root, steps: path.path.dropFirst().map { .member($0) })
    }
}

extension Reference.Root {
    /// What an expression may do with the scope where nothing more is known about it.
    fileprivate var looseType: CELType {
        switch self {
        case .params, .tasks, .run, .trigger, .trial: .map(.string, .dyn)
        case .item: .dyn
        case .itemIndex: .int
        }
    }
}

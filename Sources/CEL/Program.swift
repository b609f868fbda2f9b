/// An expression, read and checked, ready to be evaluated as often as needed.
public struct Program: Sendable {
    /// The cost at which an evaluation is stopped, where nothing else is said: that of one rule in Kubernetes.
    public static let defaultCostLimit: UInt64 = 1_000_000

    /// The expression's text.
    public let text: String
    /// The type of its value.
    public let resultType: CELType
    /// The variables and their fields that it reads, each once, in the order of the text.
    public let references: [VariablePath]
    let checked: CheckedTree
    let declarations: Declarations

    /// Reads and checks an expression.
    ///
    /// - Throws: ``CELError`` with the places of what is wrong.
    public init(_ text: String, declarations: Declarations) throws(CELError) {
        try self.init(text, declarations: declarations, isChecked: true)
    }

    /// Reads an expression; one that isn't checked fails only where it is evaluated.
    init(_ text: String, declarations: Declarations, isChecked: Bool) throws(CELError) {
        let tree = try Parser.parse(text, macros: MacroTable(declarations.libraries))
        checked = try Checker.check(tree, declarations, isLenient: !isChecked)
        self.text = text
        self.declarations = declarations
        resultType = checked.types[tree.root]
        references = VariablePath.paths(in: checked)
    }

    /// The value for some values of the variables.
    ///
    /// - Throws: ``CELError``.
    public func evaluate(
        _ variables: [String: Value], costLimit: UInt64 = Program.defaultCostLimit
    ) throws(CELError) -> Value {
        try run(variables, costLimit: costLimit).result.get()
    }

    /// The value, or why there is none, with what finding it has cost.
    public func run(_ variables: [String: Value], costLimit: UInt64 = Program.defaultCostLimit) -> Evaluation {
        var evaluator = Evaluator(checked, declarations, variables, costLimit: costLimit)
        do throws(EvaluationFailure) {
            return Evaluation(result: .success(try evaluator.evaluate(checked.tree.root)), cost: evaluator.cost)
        } catch {
            let issue = CELError.Issue(position: error.node.map(checked.tree.position), message: error.message)
            let code: CELError.Code = error.isCost ? .costExceeded : .evaluation
            return Evaluation(result: .failure(CELError(code, [issue], text: text)), cost: evaluator.cost)
        }
    }

    /// The least and most that an evaluation costs as Kubernetes counts, given the largest sizes of the variables.
    public func estimatedCost(bounds: [String: SizeBounds] = [:]) -> CostEstimate {
        CostEstimator.estimate(checked, bounds: bounds)
    }
}

/// What came out of an evaluation.
public struct Evaluation: Sendable {
    /// The value, or why there is none.
    public let result: Result<Value, CELError>
    /// What it has cost.
    public let cost: UInt64

    /// An outcome with its cost.
    public init(result: Result<Value, CELError>, cost: UInt64) {
        self.result = result
        self.cost = cost
    }
}

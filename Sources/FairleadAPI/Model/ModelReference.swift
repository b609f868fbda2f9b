/// A registered model: `churn@production` by an alias, `churn:7` by its version.
public struct ModelReference: Sendable, Hashable, CustomStringConvertible {
    /// Which version is meant.
    public enum Selector: Sendable, Hashable {
        /// The one that an alias points at.
        case alias(String)
        /// The one of that number.
        case version(Int64)
    }

    /// The Model's name.
    public var model: String
    /// Which of its versions.
    public var selector: Selector

    /// Refers to a version.
    public init(model: String, _ selector: Selector) {
        self.model = model
        self.selector = selector
    }

    /// Reads a reference.
    ///
    /// - Throws: `ExpressionError` that says what is wrong, and how it is written.
    public init(parsing text: String) throws(ExpressionError) {
        guard !text.isEmpty else { throw ExpressionError("must name a registered model: \(Self.example)") }
        if text.contains("://") {
            throw ExpressionError("\(Quoted.text(text)) is a URI and no registered model: give it as uri")
        }
        guard let separator = text.firstIndex(where: { $0 == "@" || $0 == ":" }) else {
            throw ExpressionError("\(Quoted.text(text)) names no alias and no version: \(Self.example)")
        }
        let model = String(text[..<separator])
        if let problem = ModelName.problem(model) { throw ExpressionError("the model's name \(problem)") }
        let rest = String(text[text.index(after: separator)...])
        let position = model.count + 1
        self.model = model
        if text[separator] == "@" {
            if ModelName.number(rest) != nil {
                throw ExpressionError(
                    "\(Quoted.text(rest)) is a version and no alias: write \(model):\(rest)", position: position)
            }
            if let problem = ModelName.aliasProblem(rest) {
                throw ExpressionError("the alias \(problem)", position: position)
            }
            selector = .alias(rest)
        } else {
            guard let number = ModelName.number(rest) else {
                let isAlias = ModelName.aliasProblem(rest) == nil
                let hint = isAlias ? "; an alias is written \(model)@\(rest)" : ""
                throw ExpressionError("the version \(ModelName.numberProblem(rest))\(hint)", position: position)
            }
            selector = .version(number)
        }
    }

    public var description: String {
        switch selector {
        case .alias(let alias): "\(model)@\(alias)"
        case .version(let number): "\(model):\(number)"
        }
    }

    private static let example = "write churn@production or churn:7"
}

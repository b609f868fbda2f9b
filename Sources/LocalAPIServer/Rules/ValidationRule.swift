import CEL
import KubernetesCore

/// One rule of `x-kubernetes-validations`, as a definition states it.
struct ValidationRule: Sendable {
    let rule: String
    let message: String
    let messageExpression: String
    let reason: String?
    let fieldPath: String
    let optionalOldSelf: Bool?

    init(_ json: JSONValue) {
        rule = json["rule"]?.stringValue ?? ""
        message = json["message"]?.stringValue ?? ""
        messageExpression = json["messageExpression"]?.stringValue ?? ""
        reason = json["reason"]?.stringValue
        fieldPath = json["fieldPath"]?.stringValue ?? ""
        optionalOldSelf = json["optionalOldSelf"]?.boolValue
    }

    /// The rule's own words about itself: its message, or else the rule.
    var words: String { (message.isEmpty ? rule : message).trimmingBlanks() }

    /// What is told where the rule doesn't hold and no expression tells it.
    var failure: String { message.isEmpty ? "failed rule: \(words)" : words }

    /// The rule as the API server prints it in its errors: a structure of Go in JSON.
    var printed: String {
        func quoted(_ text: String) -> String {
            JSONWriter.string(.string(text)).replacing("&", with: "\\u0026").replacing("<", with: "\\u003c")
                .replacing(">", with: "\\u003e")
        }
        let parts = [
            "\"Rule\":\(quoted(rule))", "\"Message\":\(quoted(message))",
            "\"MessageExpression\":\(quoted(messageExpression))", "\"Reason\":\(reason.map(quoted) ?? "null")",
            "\"FieldPath\":\(quoted(fieldPath))",
            "\"OptionalOldSelf\":\(optionalOldSelf.map { $0 ? "true" : "false" } ?? "null")",
        ]
        return "{\(parts.joined(separator: ","))}"
    }
}

extension String {
    func trimmingBlanks() -> String {
        let isBlank = { (character: Character) in character.isWhitespace }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    var hasLineBreaks: Bool { contains { $0.isNewline } }
}

/// A rule that has been compiled, or why it could not be.
struct CompiledRule: Sendable {
    let rule: ValidationRule
    let program: Result<Program, RuleProblem>
    let message: Result<Program, RuleProblem>?
    /// The path that failures are told at, beside the value's own.
    let fieldPath: String?
    let usesOldSelf: Bool

    /// Why an expression can't be a rule.
    struct RuleProblem: Error, Sendable {
        let detail: String
    }

    /// Compiles a rule on a schema; nil where it says nothing.
    init?(_ rule: ValidationRule, on schema: ObjectSchema, _ type: RuleType) {
        guard !rule.rule.trimmingBlanks().isEmpty else { return nil }
        self.rule = rule
        var declarations = Self.declarations
        declarations.variables["self"] = type.type
        declarations.variables["oldSelf"] = rule.optionalOldSelf == true ? .optional(type.type) : type.type
        program = Self.compile(
            rule.rule, declarations, .bool, failure: "compilation failed",
            mismatch: "cel expression must evaluate to a bool")
        usesOldSelf = (try? program.get())?.references.contains { $0.path.first == "oldSelf" } ?? false
        let isGood = if case .success = program { true } else { false }
        message =
            rule.messageExpression.isEmpty || !isGood
            ? nil
            : Self.compile(
                rule.messageExpression, declarations, .string, failure: "messageExpression compilation failed",
                mismatch: "messageExpression must evaluate to a string")
        fieldPath = rule.fieldPath.isEmpty ? nil : RuleFieldPath.normalized(rule.fieldPath, in: schema)
    }

    /// What the current version of Kubernetes offers to rules.
    private static let declarations = Declarations(
        libraries: Library.kubernetes(minor: 36), options: .homogeneousLiterals)

    private static func compile(
        _ text: String, _ declarations: Declarations, _ wanted: CELType, failure: String, mismatch: String
    ) -> Result<Program, RuleProblem> {
        do throws(CELError) {
            let program = try Program(text, declarations: declarations)
            guard program.resultType == wanted else { return .failure(RuleProblem(detail: mismatch)) }
            return .success(program)
        } catch {
            return .failure(RuleProblem(detail: "\(failure): \(error.description)"))
        }
    }

    /// What evaluating a program costs at most.
    static func mostCost(_ program: Program, _ type: RuleType) -> UInt64 {
        program.estimatedCost(bounds: ["self": type.bounds, "oldSelf": type.bounds]).maximum
    }
}

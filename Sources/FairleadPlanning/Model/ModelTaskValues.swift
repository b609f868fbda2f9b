import FairleadAPI
import KubernetesCore

/// Puts the values of references into the fields of a task that registers a model.
struct ModelTaskValues {
    let scope: Scope
    let task: String

    func text(_ template: String, _ field: String) throws(TaskProblem) -> String {
        do throws(ExpressionError) {
            return try Template(parsing: template).text(in: scope)
        } catch {
            throw problem(field, "\(error)")
        }
    }

    /// Numbers, or references to numbers; what a skipped task did not measure is left out.
    func metrics(_ fields: [String: JSONValue]) throws(TaskProblem) -> [String: Double] {
        var metrics: [String: Double] = [:]
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            let value = try reference(field, "metrics.\(name)")
            if value.isNull { continue }
            guard let number = value.doubleValue else {
                throw problem("metrics.\(name)", "must be a number, not \(JSONWriter.string(value))")
            }
            metrics[name] = number
        }
        return metrics
    }

    func params(_ fields: [String: JSONValue]) throws(TaskProblem) -> [String: JSONValue] {
        try evaluate(.object(fields), "params").objectValue ?? [:]
    }

    func signature(_ field: JSONValue?) throws(TaskProblem) -> ModelSignature? {
        guard let template = field else { return nil }
        let field = try evaluate(template, "signature")
        let path = FieldPath("model")["signature"]
        let problems = ModelVersionValidator.validate(signature: field, at: path)
        guard problems.isEmpty, let signature = Decoded<ModelSignature>(field, at: path).value else {
            throw TaskProblem(.invalidSpec, "task \(task): \(InvalidSpec(problems).message)")
        }
        return signature
    }

    private func evaluate(_ value: JSONValue, _ field: String) throws(TaskProblem) -> JSONValue {
        do throws(ExpressionError) {
            return try TemplateValue.evaluate(value, in: scope)
        } catch {
            throw problem(field, "\(error)")
        }
    }

    private func reference(_ field: JSONValue, _ name: String) throws(TaskProblem) -> JSONValue {
        guard case .string(let text) = field else { return field }
        do throws(ExpressionError) {
            return try Template(value: text).evaluate(in: scope)
        } catch {
            throw problem(name, "\(error)")
        }
    }

    private func problem(_ field: String, _ message: String) -> TaskProblem {
        TaskProblem(.expressionFailed, "model.\(field) of task \(task): \(message)")
    }
}

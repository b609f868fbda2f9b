import CEL
import KubernetesCore

extension PipelineValidator {
    /// What a field takes, beyond having a value.
    enum Wanted {
        case anything, list, integer, number, place

        /// Whether a value of the type may turn out to be one.
        fileprivate func takes(_ type: CELType) -> Bool {
            switch (self, type) {
            case (.anything, _), (_, .dyn), (.list, .list), (.integer, .int), (.integer, .uint), (.place, .string): true
            case (.number, .int), (.number, .uint), (.number, .double): true
            default: false
            }
        }

        fileprivate var expectation: String {
            switch self {
            case .anything: "a value"
            case .list: "an array"
            case .integer: "an integer"
            case .number: "a number"
            case .place: "an artifact or a URI"
            }
        }
    }

    /// Judges a condition.
    mutating func checkCondition(_ text: String, _ path: FieldPath, _ place: ReferenceScope.Place) {
        do throws(ExpressionError) {
            let type = try scope.type(of: try Expression(parsing: text), at: place)
            if type != .bool, type != .dyn { add(path, ConditionExpression.mismatch(type)) }
        } catch {
            add(path, "\(error)")
        }
    }

    /// Judges a string that may hold `$(…)`.
    mutating func checkText(_ text: String?, _ path: FieldPath, _ place: ReferenceScope.Place) {
        guard let text else { return }
        do throws(ExpressionError) {
            _ = try scope.type(of: try Template(parsing: text), at: place)
        } catch {
            add(path, "\(error)")
        }
    }

    /// Judges all strings in a value that may hold `$(…)`.
    mutating func checkTexts(_ value: JSONValue, _ path: FieldPath, _ place: ReferenceScope.Place) {
        for (path, text) in TemplateValue.strings(in: value, at: path) { checkText(text, path, place) }
    }

    /// Judges a field that expects a reference.
    ///
    /// - Returns: The value's type, nil where it is wrong.
    @discardableResult
    mutating func checkValue(
        _ text: String, _ path: FieldPath, _ place: ReferenceScope.Place, _ wanted: Wanted = .anything,
        advice: String = ""
    ) -> CELType? {
        do throws(ExpressionError) {
            let type = try scope.type(of: try Template(value: text), at: place)
            if wanted.takes(type) { return type }
            add(path, "must be \(wanted.expectation), not \(type.withArticle)")
        } catch {
            let isReference = (try? Template(value: text)) != nil
            add(path, isReference ? "\(error)" : "\(error)\(advice)")
        }
        return nil
    }

    /// The references in a container's strings and inputs.
    mutating func validateReferences(_ container: ContainerSpec, _ path: FieldPath, _ place: ReferenceScope.Place) {
        for site in container.templateSites(at: path) where !site.isScript {
            checkText(site.text, site.path, place)
        }
        for name in container.inputs.keys.sorted() {
            guard let text = container.inputs[name]?.from else { continue }
            checkValue(text, path["inputs"][name], place, advice: Self.inputAdvice)
        }
    }

    static let inputAdvice = "; write a reference such as tasks.ingest.artifacts.dataset, or a URI"
}

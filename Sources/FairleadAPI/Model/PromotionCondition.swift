import KubernetesCore

/// The condition of a promotion rule: CEL over the versions that aliases point at.
///
/// An alias is a variable, null where it points nowhere; `aliases` holds every alias that points somewhere, those that
/// can be no variable of CEL too. A version has `version`, `metrics`, `params`, `uri` and `format`.
public struct PromotionCondition: Sendable, Hashable {
    private static let all = "aliases"

    private let condition: ConditionExpression
    private let names: Set<String>

    /// Reads a condition.
    ///
    /// - Parameters:
    ///   - text: The expression.
    ///   - aliases: The names that are variables.
    /// - Throws: `ExpressionError` where it is no CEL, names something that isn't there, or is no condition.
    public init(_ text: String, aliases: Set<String>) throws(ExpressionError) {
        names = aliases.filter { !$0.contains("-") && $0 != Self.all }
        condition = try ConditionExpression(text, variables: names.sorted() + [Self.all])
    }

    /// Whether it holds.
    ///
    /// - Parameter versions: The version of each alias that points somewhere.
    /// - Throws: `ExpressionError` where it can't be told, such as where a version lacks a metric.
    public func holds(_ versions: [String: ModelVersionSpec]) throws(ExpressionError) -> Bool {
        let values = versions.mapValues(Self.value)
        var variables = Dictionary(names.map { ($0, values[$0] ?? .null) }, uniquingKeysWith: { first, _ in first })
        variables[Self.all] = .object(values)
        return try condition.holds(with: variables)
    }

    private static func value(_ spec: ModelVersionSpec) -> JSONValue {
        [
            "version": .integer(ModelName.number(spec.version.text) ?? 0),
            "metrics": .object(spec.metrics.mapValues { .double($0) }), "params": .object(spec.params),
            "uri": .string(spec.uri), "format": .string(spec.format ?? ""),
        ]
    }
}

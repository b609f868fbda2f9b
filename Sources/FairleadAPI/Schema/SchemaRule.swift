import KubernetesCore

/// A rule in CEL that the API server checks itself: cheap, and of functions that Kubernetes 1.29 has.
public struct SchemaRule: Sendable, Hashable {
    /// The condition on `self`, and on `oldSelf` where it is about changes.
    public var rule: String
    /// What the API server says where it is broken.
    public var message: String

    /// Makes a rule.
    public init(_ rule: String, message: String) {
        self.rule = rule
        self.message = message
    }

    /// The rule as a CRD holds it.
    var json: JSONValue { ["rule": .string(rule), "message": .string(message)] }

    /// Of some fields exactly one is set.
    static func exactlyOne(of names: [String]) -> SchemaRule {
        let given = names.map { "has(self.\($0))" }
        let rule =
            given.count == 2 ? given.joined(separator: " != ") : "[\(given.joined(separator: ", "))].exists_one(x, x)"
        return SchemaRule(rule, message: "needs exactly one of \(names.joined(separator: ", "))")
    }
}

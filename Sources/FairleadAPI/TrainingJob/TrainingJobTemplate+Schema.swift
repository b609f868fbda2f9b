import KubernetesCore

extension TrainingJobTemplate: Schematic {
    static let schema = SchemaNode.object(
        "A TrainingJob's spec.",
        TrainingJobSpec.ownFields.map { SchemaField($0.name, $0.node.templated) } + ContainerSpec.fields)

    /// The job's spec as JSON without the fields that `$(…)` decides: what can be judged before.
    var known: JSONValue {
        var known = self
        known.fields = fields.compactMapValues(Self.known)
        for (name, role) in roles { known.roles[name]?.nodes = role.nodes.flatMap(Self.known) }
        if let framework = fields["framework"], Self.known(framework) == nil {
            // What roles there may be depends on it.
            known.roles = [:]
            known.fields["elastic"] = nil
        }
        return (try? KubernetesJSON.value(of: known)) ?? [:]
    }

    private static func known(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .string(let text): text.contains("$(") ? nil : value
        case .object(let members): .object(members.compactMapValues(known))
        default: value
        }
    }
}

extension SchemaNode {
    /// The same shape, where a string with `$(…)` may stand instead of any value that is no text.
    fileprivate var templated: SchemaNode {
        var node = self
        switch shape {
        case .object(let fields):
            // A container's own fields are as they always are.
            let names = Set(ContainerSpec.fields.map(\.name))
            node.shape = .object(
                fields.map { names.contains($0.name) ? $0 : SchemaField($0.name, $0.node.templated) })
        case .map(let value): node.shape = .map(value.templated)
        case .string where allowed.isEmpty && format == nil: break
        default: node = .any(description, [self, .string("")])
        }
        return node
    }
}

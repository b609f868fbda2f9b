import FairleadAPI
import KubernetesCore

extension PodBuilder {
    /// Refuses values that the kernel, or the API server, would refuse less clearly.
    func checkSizes(_ container: ContainerSpec) throws(TaskProblem) {
        let limit = Limits.published.listInTextBytes
        var texts = (container.args ?? []).enumerated().map { ("args[\($0)]", $1) }
        texts += (container.command ?? []).enumerated().map { ("command[\($0)]", $1) }
        for (name, value) in container.env.sorted(by: { $0.key < $1.key }) {
            if case .literal(.string(let text)) = value { texts.append(("env.\(name)", text)) }
        }
        for (field, text) in texts where text.utf8.count > limit {
            throw TaskProblem(
                .invalidSpec, "\(field): has \(text.utf8.count) bytes, and at most \(limit) fit; make it an input")
        }
    }

    /// The variables of the container `main`: the user's first, so that ours win where both are given.
    func environment(_ draft: PodDraft) -> [JSONValue] {
        var variables: [JSONValue] = []
        for (name, value) in draft.container.env.sorted(by: { $0.key < $1.key }) {
            variables.append(variable(name, value))
        }
        for (name, value) in owner.params.sorted(by: { $0.key < $1.key }) {
            variables += data("PARAM_\(name.uppercased())", value)
        }
        if let index = draft.attempt.scope.itemIndex {
            if let item = draft.attempt.scope.item { variables += data("ITEM", item) }
            variables.append(literal("ITEM_INDEX", String(index)))
        }
        var settings: [(String, String)] = [
            ("FAIRLEAD_PARAMS", "\(Folder.spec)/\(SpecMap.paramsKey)"), ("FAIRLEAD_RESULTS", "/dev/termination-log"),
            ("FAIRLEAD_INPUTS", Folder.inputs), ("FAIRLEAD_OUTPUTS", Folder.outputs),
            ("FAIRLEAD_ATTEMPT", String(draft.attempt.budget.attempt)),
        ]
        settings += draft.program.identity.map { ($0.name, $0.value) }
        settings.append(("HOME", Folder.work))
        if draft.container.checkpoint != nil { settings.append(("FAIRLEAD_CHECKPOINT", Folder.checkpoint)) }
        return variables + settings.map { literal($0.0, $0.1) } + draft.program.additions.environment
    }

    private func literal(_ name: String, _ text: String) -> JSONValue {
        ["name": .string(name), "value": .string(text)]
    }

    /// A value as a variable; none where it is too large for one.
    private func data(_ name: String, _ value: JSONValue) -> [JSONValue] {
        let text = value.stringValue ?? JSONWriter.string(value)
        return text.utf8.count <= Limits.published.paramVariable ? [literal(name, text.doublingDollars)] : []
    }

    /// A variable of the user's.
    func variable(_ name: String, _ value: EnvValue) -> JSONValue {
        switch value {
        case .literal(.string(let text)): return literal(name, text)
        case .literal(let value): return literal(name, JSONWriter.string(value))
        case .secret(let secret, let key): return JSONValue.secretVariable(name, secret: secret, key: key)
        case .config(let config, let key):
            return [
                "name": .string(name),
                "valueFrom": ["configMapKeyRef": ["name": .string(config), "key": .string(key)]],
            ]
        }
    }

    /// Requests and limits: memory both, CPU a request, GPUs a limit.
    func resources(_ draft: inout PodDraft) -> JSONValue? {
        guard let needs = draft.container.resources else { return nil }
        var requests: [String: JSONValue] = [:]
        var limits: [String: JSONValue] = [:]
        func quantity(_ value: ScalarText?) -> JSONValue? { value.map { .string($0.text) } }
        requests["cpu"] = quantity(needs.cpu)
        requests["memory"] = quantity(needs.memory)
        limits["memory"] = requests["memory"]
        requests["ephemeral-storage"] = quantity(needs.disk)
        limits["ephemeral-storage"] = requests["ephemeral-storage"]
        limits["nvidia.com/gpu"] = quantity(needs.gpu)
        if let size = quantity(needs.shm) {
            draft.volumes.add(name: "shm", ["emptyDir": ["medium": "Memory", "sizeLimit": size]], at: "/dev/shm")
        }
        var resources: JSONValue = [:]
        if !requests.isEmpty { resources["requests"] = .object(requests) }
        if !limits.isEmpty { resources["limits"] = .object(limits) }
        return requests.isEmpty && limits.isEmpty ? nil : resources
    }
}

extension String {
    /// The text with every `$` doubled: what the kubelet turns back into a single one.
    var doublingDollars: String { split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$") }
}

extension JSONValue {
    /// A variable whose value the kubelet takes from a Secret.
    static func secretVariable(
        _ name: String, secret: String, key: String, isOptional: Bool = false
    ) -> JSONValue {
        var source: JSONValue = ["name": .string(secret), "key": .string(key)]
        if isOptional { source["optional"] = true }
        return ["name": .string(name), "valueFrom": ["secretKeyRef": source]]
    }
}

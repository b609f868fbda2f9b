import FairleadAPI
import KubernetesCore

extension PodBuilder {
    /// The variables of the container `main`: the user's first, so that ours win where both are given.
    func environment(_ task: PipelineTask, _ budget: AttemptBudget) -> [JSONValue] {
        var variables: [JSONValue] = []
        for (name, value) in task.container.env.sorted(by: { $0.key < $1.key }) {
            variables.append(variable(name, value))
        }
        for (name, value) in fixed.params.sorted(by: { $0.key < $1.key }) {
            let text = value.stringValue ?? JSONWriter.string(value)
            guard text.utf8.count <= 32 << 10 else { continue }
            variables.append(literal("PARAM_\(name.uppercased())", text.doublingDollars))
        }
        let settings: [(String, String)] = [
            ("FAIRLEAD_PARAMS", "\(Folder.spec)/\(FixedRun.paramsKey)"), ("FAIRLEAD_RESULTS", "/dev/termination-log"),
            ("FAIRLEAD_INPUTS", Folder.inputs), ("FAIRLEAD_OUTPUTS", Folder.outputs),
            ("FAIRLEAD_ATTEMPT", String(budget.attempt)), ("FAIRLEAD_RUN", run.metadata.name),
            ("FAIRLEAD_TASK", task.name), ("HOME", Folder.work),
        ]
        return variables + settings.map { literal($0.0, $0.1) }
    }

    private func literal(_ name: String, _ text: String) -> JSONValue {
        ["name": .string(name), "value": .string(text)]
    }

    private func variable(_ name: String, _ value: EnvValue) -> JSONValue {
        switch value {
        case .literal(.string(let text)): return literal(name, text)
        case .literal(let value): return literal(name, JSONWriter.string(value))
        case .secret(let secret, let key):
            return [
                "name": .string(name),
                "valueFrom": ["secretKeyRef": ["name": .string(secret), "key": .string(key)]],
            ]
        case .config(let config, let key):
            return [
                "name": .string(name),
                "valueFrom": ["configMapKeyRef": ["name": .string(config), "key": .string(key)]],
            ]
        }
    }

    /// Requests and limits: memory both, CPU a request, GPUs a limit.
    func resources(_ task: PipelineTask, _ volumes: inout VolumeList) -> JSONValue? {
        guard let needs = task.container.resources else { return nil }
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
            volumes.add(name: "shm", ["emptyDir": ["medium": "Memory", "sizeLimit": size]], at: "/dev/shm")
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

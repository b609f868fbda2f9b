import FairleadAPI
import KubernetesCore

/// What one of the pod's own containers, `fetch` or `store`, has to do.
struct PodErrand {
    /// The plan, as the program reads it.
    var plan: [String: JSONValue] = [:]
    /// Where its URIs are.
    var remotes = RemoteList()
    /// What it mounts.
    private(set) var mounts: [JSONValue] = []
    /// Further variables.
    var environment: [JSONValue] = []

    /// The largest plan, in bytes: Linux takes variables of 128 KiB.
    private static let largestPlan = 100 << 10

    /// Whether there is nothing to do.
    var isEmpty: Bool { plan.isEmpty }

    /// Mounts a volume, once.
    mutating func mount(_ volume: String, at path: String, subPath: String? = nil, readOnly: Bool = false) {
        let mount = VolumeList.mount(volume, at: path, subPath: subPath, readOnly: readOnly)
        if !mounts.contains(mount) { mounts.append(mount) }
    }

    /// Appends to a list in the plan.
    mutating func append(_ entry: JSONValue, to list: String) {
        plan[list] = .array((plan[list]?.arrayValue ?? []) + [entry])
    }

    /// The container.
    ///
    /// - Throws: ``TaskProblem`` where the plan is too long.
    func container(_ name: String, image: String) throws(TaskProblem) -> JSONValue {
        var plan = plan
        if !remotes.entries.isEmpty { plan["remotes"] = .array(remotes.entries) }
        let text = JSONWriter.string(.object(plan)).doublingDollars
        guard text.utf8.count <= Self.largestPlan else {
            throw TaskProblem(
                .invalidSpec,
                "what \(name) has to do takes \(text.utf8.count) bytes, and at most \(Self.largestPlan) fit: "
                    + "let an artifact name fewer, or longer, files")
        }
        var container: JSONValue = [
            "name": .string(name), "image": .string(image), "args": ["artifacts", .string(name)],
            "env": .array([["name": "FAIRLEAD_PLAN", "value": .string(text)]] + remotes.environment + environment),
            "resources": ["requests": ["cpu": "50m", "memory": "64Mi"]],
            "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
            "volumeMounts": .array(mounts),
        ]
        if !remotes.sources.isEmpty { container["envFrom"] = .array(remotes.sources) }
        return container
    }
}

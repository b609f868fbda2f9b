import KubernetesCore

/// What the simulated node reads of a pod, and the statuses that a kubelet would give it.
struct SimulatedPod: Resource, Hashable {
    static let type = ResourceType.pod

    var view: PodView
    var containers: [Container]
    var initContainers: [Container]
    private var tolerations: [Toleration]

    var metadata: ObjectMeta { view.metadata }

    struct Container: Hashable, JSONReadable {
        var name: String
        var image: String?
        /// `Always` makes an init container a sidecar.
        var restartPolicy: String?
    }

    private struct Toleration: Hashable, JSONReadable {
        var key: String?
        var effect: String?
        var tolerationSeconds: Int64?
    }

    private struct Spec: Decodable {
        var containers: [Container]?
        var initContainers: [Container]?
        var tolerations: [Toleration]?
    }

    private enum CodingKeys: String, CodingKey { case spec }

    init(from decoder: any Decoder) throws {
        view = try PodView(from: decoder)
        let spec = try decoder.container(keyedBy: CodingKeys.self).decode(Spec.self, forKey: .spec)
        containers = spec.containers ?? []
        initContainers = spec.initContainers ?? []
        tolerations = spec.tolerations ?? []
    }

    init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        view = try reader.read()
        (containers, initContainers, tolerations) = ([], [], [])
        reader.go(to: start)
        try reader.members { member, reader in
            guard member == "spec" else { return try reader.skip() }
            try reader.members { member, reader in
                switch member {
                case "containers": containers = try reader.read([Container]?.self) ?? []
                case "initContainers": initContainers = try reader.read([Container]?.self) ?? []
                case "tolerations": tolerations = try reader.read([Toleration]?.self) ?? []
                default: try reader.skip()
                }
            }
        }
    }

    /// Whether it has ended.
    var isTerminal: Bool { view.status.phase == "Succeeded" || view.status.phase == "Failed" }

    /// For how long it stays on a node that is unreachable; nil for ever.
    ///
    /// Where the pod says nothing it is the time that Kubernetes gives every pod.
    var unreachableSeconds: Int64? {
        let taint = "node.kubernetes.io/unreachable"
        let bearing = tolerations.filter { toleration in
            (toleration.key == nil || toleration.key == taint)
                && (toleration.effect == nil || toleration.effect == "NoExecute")
        }
        if bearing.isEmpty { return 300 }
        return bearing.compactMap(\.tolerationSeconds).min()
    }

    /// An address that no other pod is likely to have, and at which nothing answers.
    private var address: String {
        let hash = metadata.uid.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return "10.\(hash >> 16 & 255).\(hash >> 8 & 255).\(hash % 254 + 1)"
    }

    /// It is on a node of which nothing is heard.
    func unready(now: Time) -> JSONValue {
        [
            "conditions": [
                ["type": "Ready", "status": "False", "lastTransitionTime": .string(now.description)]
            ]
        ]
    }

    /// It is about to be deleted, since its node is unreachable.
    func evicted(now: Time) -> JSONValue {
        [
            "conditions": [
                [
                    "type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager",
                    "message": "Taint manager: deleting due to NoExecute taint",
                    "lastTransitionTime": .string(now.description),
                ]
            ]
        ]
    }

    /// All containers run; init containers are done, but for sidecars.
    func running(now: Time, isReady: Bool) -> JSONValue {
        let time: JSONValue = .string(now.description)
        let done = Self.terminated(SimulatedKubelet.Ending(), started: time, now: time)
        let run: JSONValue = ["running": ["startedAt": time]]
        return [
            "phase": "Running", "startTime": time, "hostIP": "127.0.0.1", "podIP": .string(address),
            "conditions": .array(
                ["Initialized", "ContainersReady", "Ready"].map { type in
                    let holds = isReady || type == "Initialized"
                    return [
                        "type": .string(type), "status": holds ? "True" : "False", "lastTransitionTime": time,
                    ]
                }),
            "initContainerStatuses": .array(
                initContainers.map { Self.status($0, $0.restartPolicy == "Always" ? run : done, isRunning: true) }),
            "containerStatuses": .array(containers.map { Self.status($0, run, isRunning: true, isReady: isReady) }),
        ]
    }

    /// The container `main`, or the first where none has that name, ends as it is told, all others with 0.
    func ended(_ ending: SimulatedKubelet.Ending, now: Time) -> JSONValue {
        let time: JSONValue = .string(now.description)
        let started: JSONValue = .string((view.status.startTime ?? now).description)
        let done = Self.terminated(SimulatedKubelet.Ending(), started: started, now: time)
        let sidecar = Self.terminated(
            SimulatedKubelet.Ending(message: ending.sidecarMessage), started: started, now: time)
        let main = containers.first { $0.name == "main" } ?? containers.first
        var status: JSONValue = [
            "phase": ending.exitCode == 0 ? "Succeeded" : "Failed",
            "conditions": .array(
                ["ContainersReady", "Ready"].map {
                    ["type": .string($0), "status": "False", "lastTransitionTime": time]
                }),
            "initContainerStatuses": .array(
                initContainers.map { Self.status($0, $0.restartPolicy == "Always" ? sidecar : done, isRunning: false) }),
            "containerStatuses": .array(
                containers.map { container in
                    let state = container == main ? Self.terminated(ending, started: started, now: time) : done
                    return Self.status(container, state, isRunning: false)
                }),
        ]
        if let reason = ending.reason { status["reason"] = .string(reason) }
        return status
    }

    private static func status(
        _ container: Container, _ state: JSONValue, isRunning: Bool, isReady: Bool? = nil
    ) -> JSONValue {
        [
            "name": .string(container.name), "image": .string(container.image ?? ""), "imageID": "", "restartCount": 0,
            "ready": .bool(isReady ?? isRunning), "started": .bool(isRunning), "state": state,
        ]
    }

    private static func terminated(
        _ ending: SimulatedKubelet.Ending, started: JSONValue, now: JSONValue
    ) -> JSONValue {
        [
            "terminated": [
                "exitCode": .integer(Int64(ending.exitCode)), "message": .string(ending.message),
                "reason": .string(ending.containerReason ?? (ending.exitCode == 0 ? "Completed" : "Error")),
                "startedAt": started, "finishedAt": now,
            ]
        ]
    }
}

import KubernetesCore

/// What the simulated node reads of a pod, and the statuses that a kubelet would give it.
struct SimulatedPod: Resource, Hashable {
    static let type = ResourceType.pod

    var view: PodView
    var containers: [Container]
    var initContainers: [Container]

    var metadata: ObjectMeta { view.metadata }

    struct Container: Hashable, Decodable {
        var name: String
        var image: String?
        /// `Always` makes an init container a sidecar.
        var restartPolicy: String?
    }

    private struct Spec: Decodable {
        var containers: [Container]?
        var initContainers: [Container]?
    }

    private enum CodingKeys: String, CodingKey { case spec }

    init(from decoder: any Decoder) throws {
        view = try PodView(from: decoder)
        let spec = try decoder.container(keyedBy: CodingKeys.self).decode(Spec.self, forKey: .spec)
        containers = spec.containers ?? []
        initContainers = spec.initContainers ?? []
    }

    /// All containers run; init containers are done, but for sidecars.
    func running(now: Time) -> JSONValue {
        let time: JSONValue = .string(now.description)
        let done = Self.terminated(SimulatedKubelet.Ending(), started: time, now: time)
        let run: JSONValue = ["running": ["startedAt": time]]
        return [
            "phase": "Running", "startTime": time, "hostIP": "127.0.0.1",
            "conditions": .array(
                ["Initialized", "ContainersReady", "Ready"].map {
                    ["type": .string($0), "status": "True", "lastTransitionTime": time]
                }),
            "initContainerStatuses": .array(
                initContainers.map { Self.status($0, $0.restartPolicy == "Always" ? run : done, isRunning: true) }),
            "containerStatuses": .array(containers.map { Self.status($0, run, isRunning: true) }),
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

    private static func status(_ container: Container, _ state: JSONValue, isRunning: Bool) -> JSONValue {
        [
            "name": .string(container.name), "image": .string(container.image ?? ""), "imageID": "", "restartCount": 0,
            "ready": .bool(isRunning), "started": .bool(isRunning), "state": state,
        ]
    }

    private static func terminated(
        _ ending: SimulatedKubelet.Ending, started: JSONValue, now: JSONValue
    ) -> JSONValue {
        [
            "terminated": [
                "exitCode": .integer(Int64(ending.exitCode)), "message": .string(ending.message),
                "reason": ending.exitCode == 0 ? "Completed" : "Error", "startedAt": started, "finishedAt": now,
            ]
        ]
    }
}

import KubernetesCore

/// Writes a pod's status as a kubelet does.
enum StatusBuilder {
    /// What the status says beside the machine's state.
    struct Facts: Sendable, Hashable {
        var podIP: String
        var hostIP: String
        /// For each container what stands for its image's digest.
        var imageIDs: [String: String] = [:]
        var now: Time
    }

    /// The whole status of a pod.
    static func status(of pod: PodManifest, machine: PodMachine, facts: Facts) -> JSONValue {
        let manifests = Dictionary(pod.allContainers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let limit = min(
            ContainerExit.messageLimit, ContainerExit.podMessageLimit / max(1, machine.containers.count))
        func statuses(isInit: Bool) -> JSONValue {
            .array(
                machine.containers.filter { $0.isInit == isInit }.map {
                    container(
                        $0, image: manifests[$0.name]?.image ?? "", imageID: facts.imageIDs[$0.name] ?? "",
                        pod: pod, machine: machine, messageLimit: limit)
                })
        }
        var status: [String: JSONValue] = [
            "phase": .string(machine.phase.rawValue),
            "startTime": .string(machine.startTime.description),
            "hostIP": .string(facts.hostIP),
            "hostIPs": .array([["ip": .string(facts.hostIP)]]),
            "podIP": .string(facts.podIP),
            "podIPs": .array([["ip": .string(facts.podIP)]]),
            "conditions": .array(conditions(of: pod, machine: machine, now: facts.now)),
            "containerStatuses": statuses(isInit: false),
        ]
        if machine.containers.contains(where: \.isInit) { status["initContainerStatuses"] = statuses(isInit: true) }
        if let reason = machine.reason { status["reason"] = .string(reason) }
        if let message = machine.message { status["message"] = .string(message) }
        return .object(status)
    }

    private static func container(
        _ record: ContainerRecord, image: String, imageID: String, pod: PodManifest, machine: PodMachine,
        messageLimit: Int
    ) -> JSONValue {
        let isRunning: Bool
        var state = ContainerState()
        switch record.state {
        case .waiting(let reason, let message):
            isRunning = false
            let place = "\(pod.metadata.name)_\(pod.metadata.namespace ?? "")(\(pod.metadata.uid))"
            let text = reason == "CrashLoopBackOff" ? message.map { "\($0) pod=\(place)" } : message
            let isInitialized = record.isInit || machine.isInitialized
            state.waiting = .init(
                reason: reason == "ContainerCreating" && !isInitialized ? "PodInitializing" : reason, message: text)
        case .starting:
            isRunning = false
            state.waiting = .init(reason: record.isInit ? "PodInitializing" : "ContainerCreating")
        case .running(let since):
            isRunning = true
            state.running = .init(startedAt: since)
        case .exited(let exit):
            isRunning = false
            state.terminated = exit.terminated(messageLimit: messageLimit)
        }
        var last = ContainerState()
        last.terminated = record.last?.terminated(messageLimit: messageLimit)
        let hasRun = isRunning || record.exit != nil || record.run > 0
        let status = ContainerStatus(
            name: record.name, image: image, imageID: imageID,
            ready: record.role == .initial ? record.hasSucceeded : record.isServing,
            started: isRunning && record.isStarted,
            restartCount: record.run,
            containerID: hasRun ? "fairlead://\(pod.metadata.uid)/\(record.name)/\(record.run)" : nil,
            state: state, lastState: last)
        return (try? KubernetesJSON.value(of: status)) ?? .null
    }

    /// The kubelet's conditions, with those of others kept as they are.
    private static func conditions(of pod: PodManifest, machine: PodMachine, now: Time) -> [JSONValue] {
        let before = pod.status.conditions ?? []
        let serving = machine.containers.filter { $0.role != .initial }
        let unready = serving.filter { !$0.isServing }.map(\.name)
        let uninitialized = machine.containers.filter { $0.isInit && !$0.isInitialized }.map(\.name)
        var conditions: [PodCondition] = [
            PodCondition(type: "PodReadyToStartContainers", status: machine.isTerminal ? "False" : "True")
        ]
        var initialized = PodCondition(type: "Initialized", status: "True")
        if !uninitialized.isEmpty {
            initialized.status = "False"
            initialized.reason = "ContainersNotInitialized"
            initialized.message = "containers with incomplete status: [\(uninitialized.joined(separator: " "))]"
        } else if machine.phase == .succeeded {
            initialized.reason = "PodCompleted"
        }
        conditions.append(initialized)
        for type in ["Ready", "ContainersReady"] {
            var condition = PodCondition(type: type, status: "True")
            if machine.isTerminal {
                condition.status = "False"
                condition.reason = machine.phase == .succeeded ? "PodCompleted" : "PodFailed"
            } else if !unready.isEmpty {
                condition.status = "False"
                condition.reason = "ContainersNotReady"
                condition.message = "containers with unready status: [\(unready.joined(separator: " "))]"
            }
            conditions.append(condition)
        }
        conditions.append(PodCondition(type: "PodScheduled", status: "True"))
        if machine.reason == "Terminated" {
            conditions.append(
                PodCondition(
                    type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet",
                    message: machine.message))
        }
        let own = Set(conditions.map(\.type))
        conditions += before.filter { !own.contains($0.type) }
        return conditions.compactMap { condition in
            var next = condition
            let previous = before.first { $0.type == condition.type }
            next.lastTransitionTime = previous?.status == condition.status ? previous?.lastTransitionTime : nil
            if next.lastTransitionTime == nil { next.lastTransitionTime = now }
            return try? KubernetesJSON.value(of: next)
        }
    }
}

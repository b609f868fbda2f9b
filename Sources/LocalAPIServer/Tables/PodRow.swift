import KubernetesCore

/// The cells of a pod's row, which take more than one look at its status.
struct PodRow {
    private(set) var reason: String
    private(set) var ready = 0
    private(set) var total: Int
    private var restarts: Int64 = 0
    private var lastRestart: Time?

    private let pod: JSONValue
    private var sidecarRestarts: Int64 = 0
    private var lastSidecarRestart: Time?

    /// Reads a pod.
    init(_ pod: JSONValue) {
        self.pod = pod
        let status = pod["status"]
        total = pod["spec"]?["containers"]?.arrayValue?.count ?? 0
        let own = status?["reason"]?.stringValue ?? ""
        reason = own.isEmpty ? status?["phase"]?.stringValue ?? "" : own
        if Self.condition("PodScheduled", of: pod)?["reason"]?.stringValue == "SchedulingGated" {
            reason = "SchedulingGated"
        }
        let sidecars = Set(
            (pod["spec"]?["initContainers"]?.arrayValue ?? []).filter { $0["restartPolicy"]?.stringValue == "Always" }
                .compactMap { $0["name"]?.stringValue })
        total += sidecars.count
        let isInitializing = readInitContainers(sidecars: sidecars)
        if !isInitializing || Self.condition("Initialized", of: pod)?["status"]?.stringValue == "True" {
            readContainers()
        }
        if pod["metadata"]?["deletionTimestamp"]?.stringValue != nil {
            if own == "NodeLost" {
                reason = "Unknown"
            } else if !["Succeeded", "Failed"].contains(status?["phase"]?.stringValue) {
                reason = "Terminating"
            }
        }
    }

    /// `1/2`.
    var readiness: String { "\(ready)/\(total)" }

    /// `3 (2m ago)`, or `0`.
    func restartText(now: Time) -> String {
        guard restarts > 0, let lastRestart else { return "\(restarts)" }
        let age = HumanDuration.text(seconds: now.secondsSince1970 - lastRestart.secondsSince1970)
        return "\(restarts) (\(age) ago)"
    }

    private static func condition(_ type: String, of pod: JSONValue) -> JSONValue? {
        pod["status"]?["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }

    private static func lastEnd(_ container: JSONValue) -> Time? {
        (container["lastState"]?["terminated"]?["finishedAt"]?.stringValue).flatMap { Time($0) }
    }

    private static func later(_ first: Time?, _ second: Time?) -> Time? {
        guard let first, let second else { return first ?? second }
        return max(first, second)
    }

    /// Reads the init containers' states up to the first that has not done its part; tells whether there is one.
    private mutating func readInitContainers(sidecars: Set<String>) -> Bool {
        let count = pod["spec"]?["initContainers"]?.arrayValue?.count ?? 0
        for (index, container) in (pod["status"]?["initContainerStatuses"]?.arrayValue ?? []).enumerated() {
            let isSidecar = sidecars.contains(container["name"]?.stringValue ?? "")
            let restartCount = container["restartCount"]?.integerValue ?? 0
            restarts += restartCount
            lastRestart = Self.later(lastRestart, Self.lastEnd(container))
            if isSidecar {
                sidecarRestarts += restartCount
                lastSidecarRestart = Self.later(lastSidecarRestart, Self.lastEnd(container))
            }
            let terminated = container["state"]?["terminated"]
            if let terminated, terminated["exitCode"]?.integerValue ?? 0 == 0 { continue }
            if isSidecar, container["started"]?.boolValue == true {
                if container["ready"]?.boolValue == true { ready += 1 }
                continue
            }
            let waiting = container["state"]?["waiting"]?["reason"]?.stringValue ?? ""
            if let terminated {
                reason = "Init:\(Self.endReason(terminated))"
            } else if !waiting.isEmpty, waiting != "PodInitializing" {
                reason = "Init:\(waiting)"
            } else {
                reason = "Init:\(index)/\(count)"
            }
            return true
        }
        return false
    }

    private mutating func readContainers() {
        restarts = sidecarRestarts
        lastRestart = lastSidecarRestart
        var isRunning = false
        for container in (pod["status"]?["containerStatuses"]?.arrayValue ?? []).reversed() {
            restarts += container["restartCount"]?.integerValue ?? 0
            lastRestart = Self.later(lastRestart, Self.lastEnd(container))
            let state = container["state"]
            let waiting = state?["waiting"]?["reason"]?.stringValue ?? ""
            if !waiting.isEmpty {
                reason = waiting
            } else if let terminated = state?["terminated"] {
                reason = Self.endReason(terminated)
            } else if container["ready"]?.boolValue == true, state?["running"] != nil {
                isRunning = true
                ready += 1
            }
        }
        if reason == "Completed", isRunning {
            reason = Self.condition("Ready", of: pod)?["status"]?.stringValue == "True" ? "Running" : "NotReady"
        }
    }

    private static func endReason(_ terminated: JSONValue) -> String {
        let reason = terminated["reason"]?.stringValue ?? ""
        if !reason.isEmpty { return reason }
        if let signal = terminated["signal"]?.integerValue, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(terminated["exitCode"]?.integerValue ?? 0)"
    }

    /// The columns of pods.
    static let columns: [TableColumn] = [
        .name,
        .text("Ready", "How many of the pod's containers can take requests.") { PodRow($0).readiness },
        .text("Status", "What the pod's containers do, in one word.") { PodRow($0).reason },
        TableColumn(name: "Restarts", description: "How often containers were started anew, and when last.") {
            .string(PodRow($0).restartText(now: $1))
        },
        .age,
        .text("IP", "The pod's address.", priority: 1) { pod in
            pod["status"]?["podIPs"]?[0]?["ip"]?.stringValue ?? "<none>"
        },
        .text("Node", "The node that runs the pod.", priority: 1) { $0.text("spec", "nodeName") },
        .text("Nominated Node", "The node on which room is being made for the pod.", priority: 1) {
            $0.text("status", "nominatedNodeName")
        },
        .text("Readiness Gates", "How many of the further conditions for readiness hold.", priority: 1) { pod in
            let gates = pod["spec"]?["readinessGates"]?.arrayValue ?? []
            if gates.isEmpty { return "<none>" }
            let met = gates.filter { gate in
                condition(gate["conditionType"]?.stringValue ?? "", of: pod)?["status"]?.stringValue == "True"
            }
            return "\(met.count)/\(gates.count)"
        },
    ]
}

extension JSONValue {
    /// The text at the end of a path, `<none>` where there is none or it is empty.
    func text(_ path: String..., none: String = "<none>") -> String {
        let text = self[path: path]?.stringValue ?? ""
        return text.isEmpty ? none : text
    }

    /// The integer at the end of a path, 0 where there is none.
    func number(_ path: String...) -> Int64 { self[path: path]?.integerValue ?? 0 }
}

import KubernetesCore

/// Decides which pods the node takes: a pure function of what is there.
enum SchedulerPlan {
    /// What the node offers.
    struct Node: Sendable, Hashable {
        var name: String
        var labels: [String: String]
        var allocatable: [String: Quantity]
        var taints: [Taint] = []
    }

    /// What becomes of one waiting pod.
    enum Verdict: Sendable, Hashable {
        case bind
        case wait(message: String)
    }

    /// A verdict for each pod that waits for this scheduler, the one with the highest priority first, then the oldest.
    ///
    /// - Parameters:
    ///   - pods: Every pod.
    ///   - assumed: Pods bound a moment ago, whose binding has not come back yet.
    ///   - claims: The claims that there are; nil while that is not known, which leaves out pods that name one.
    ///   - node: The node.
    static func plan(
        pods: some Collection<PodManifest>, assumed: Set<ObjectKey>, claims: Set<ObjectKey>? = [], node: Node
    ) -> [(pod: PodManifest, verdict: Verdict)] {
        var used: [String: Quantity] = [:]
        var waiting: [PodManifest] = []
        for pod in pods where !pod.isTerminal {
            if pod.spec.nodeName == node.name || assumed.contains(pod.key) {
                for (name, amount) in requests(of: pod) { used[name] = (used[name] ?? .zero) + amount }
            } else if isWaiting(pod), claims != nil || pod.claims.isEmpty {
                waiting.append(pod)
            }
        }
        waiting.sort(by: precedes)
        return waiting.map { pod in
            if let missing = pod.claims.first(where: { claims?.contains($0) != true }) {
                return (pod, .wait(message: message(withoutClaim: missing.name)))
            }
            let wanted = requests(of: pod)
            let missing = obstacles(pod, wanted: wanted, used: used, node: node)
            guard missing.isEmpty else { return (pod, .wait(message: message(missing))) }
            for (name, amount) in wanted { used[name] = (used[name] ?? .zero) + amount }
            return (pod, .bind)
        }
    }

    /// What a pod asks for: the larger of its containers' sum and its largest init container, each with the sidecars
    /// that run beside it, and itself as one pod.
    static func requests(of pod: PodManifest) -> [String: Quantity] {
        var total: [String: Quantity] = [:]
        for container in pod.spec.containers ?? [] {
            for (name, amount) in requests(of: container) { total[name] = (total[name] ?? .zero) + amount }
        }
        var beside: [String: Quantity] = [:]
        var largest: [String: Quantity] = [:]
        for container in pod.spec.initContainers ?? [] {
            let isSidecar = container.restartPolicy == "Always"
            for (name, amount) in requests(of: container) {
                let together = (beside[name] ?? .zero) + amount
                largest[name] = max(largest[name] ?? .zero, together)
                if isSidecar { beside[name] = together }
            }
        }
        for (name, amount) in beside { total[name] = (total[name] ?? .zero) + amount }
        for (name, amount) in largest { total[name] = max(total[name] ?? .zero, amount) }
        for (name, value) in pod.spec.overhead ?? [:] {
            total[name] = (total[name] ?? .zero) + (Quantity(value) ?? .zero)
        }
        total["pods"] = Quantity(1)
        return total
    }

    private static func requests(of container: ContainerManifest) -> [String: Quantity] {
        // A limit without a request stands for both, also where a server left that default out.
        let written = (container.resources?.limits ?? [:]).merging(container.resources?.requests ?? [:]) { $1 }
        return written.compactMapValues { Quantity($0) }
    }

    private static func isWaiting(_ pod: PodManifest) -> Bool {
        (pod.spec.nodeName ?? "").isEmpty && !pod.metadata.isBeingDeleted
            && (pod.spec.schedulerName ?? "default-scheduler") == "default-scheduler"
            && (pod.spec.schedulingGates ?? []).isEmpty
    }

    private static func precedes(_ left: PodManifest, _ right: PodManifest) -> Bool {
        let (one, other) = (left.spec.priority ?? 0, right.spec.priority ?? 0)
        if one != other { return one > other }
        let (first, second) = (left.metadata.creationTimestamp, right.metadata.creationTimestamp)
        if let first, let second, first != second { return first < second }
        return left.key < right.key
    }

    private static func obstacles(
        _ pod: PodManifest, wanted: [String: Quantity], used: [String: Quantity], node: Node
    ) -> [String] {
        let unborne = node.taints.first { taint in
            taint.effect != "PreferNoSchedule" && !(pod.spec.tolerations ?? []).contains { $0.tolerates(taint) }
        }
        if let unborne {
            if unborne.key == "node.kubernetes.io/unschedulable" { return ["node(s) were unschedulable"] }
            let value = unborne.value.map { ": \($0)" } ?? ": "
            return ["node(s) had untolerated taint {\(unborne.key)\(value)}"]
        }
        guard (pod.spec.nodeSelector ?? [:]).allSatisfy({ node.labels[$0.key] == $0.value }) else {
            return ["node(s) didn't match Pod's node affinity/selector"]
        }
        return wanted.keys.sorted().compactMap { name in
            let amount = wanted[name] ?? .zero
            if amount <= .zero { return nil }
            let free = (node.allocatable[name] ?? .zero) - (used[name] ?? .zero)
            if amount <= free { return nil }
            return name == "pods" ? "Too many pods" : "Insufficient \(name)"
        }
    }

    /// The scheduler's words where no node is looked at.
    private static func message(withoutClaim name: String) -> String {
        "0/1 nodes are available: persistentvolumeclaim \"\(name)\" not found. "
            + "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    }

    /// The scheduler's usual words.
    private static func message(_ obstacles: [String]) -> String {
        let isHopeless = obstacles.contains { $0.hasPrefix("node(s)") }
        let advice =
            isHopeless
            ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod"
        return "0/1 nodes are available: \(obstacles.map { "1 \($0)" }.joined(separator: ", ")). "
            + "preemption: 0/1 nodes are available: 1 \(advice)."
    }
}

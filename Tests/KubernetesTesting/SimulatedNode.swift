public import ControllerRuntime
public import KubernetesClient
import KubernetesCore

/// The node's own object and its heartbeat, without which a cluster's controllers would take its pods for lost.
public struct SimulatedNode: Sendable {
    private let client: Client
    private let name: String
    private let clock: any RuntimeClock

    /// How often a kubelet renews its lease.
    private static let interval = Duration.seconds(10)
    private static let leases = "kube-node-lease"

    /// Names a node.
    public init(client: Client, name: String, clock: any RuntimeClock = SystemClock()) {
        self.client = client
        self.name = name
        self.clock = clock
    }

    /// Registers the node and keeps it ready until the task is cancelled.
    ///
    /// - Parameter onLoss: Told when the node's annotation `simulated/lost` says that it is lost, and when no more.
    public func run(onLoss: @Sendable (Bool) -> Void = { _ in }) async throws {
        let node: JSONValue = [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(name),
                "labels": ["kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux"],
            ],
        ]
        do {
            try await client.create(.node, namespace: nil, node)
        } catch let error as APIError where error.isAlreadyExists {
            // From an earlier start.
        }
        var wasLost = false
        while true {
            let found = try await client.get(.node, ObjectKey(namespace: nil, name: name))
            let isLost = found[path: ["metadata", "annotations", "simulated/lost"]] == "true"
            if isLost != wasLost { onLoss(isLost) }
            wasLost = isLost
            if !isLost { try await beat() }
            try await clock.sleep(for: Self.interval)
        }
    }

    private func beat() async throws {
        let now: JSONValue = .string(Time(clock.now).description)
        let resources: JSONValue = ["cpu": "1000", "memory": "4000Gi", "pods": "100000"]
        let status: JSONValue = [
            "capacity": resources, "allocatable": resources,
            "conditions": [
                [
                    "type": "Ready", "status": "True", "reason": "Simulated", "message": "no program runs here",
                    "lastHeartbeatTime": now, "lastTransitionTime": now,
                ]
            ],
        ]
        let key = ObjectKey(namespace: nil, name: name)
        try await client.patch(.node, key, ["status": status], as: .strategicMerge, subresource: "status")
        let lease: JSONValue = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": ["name": .string(name), "namespace": .string(Self.leases)],
            "spec": [
                "holderIdentity": .string(name), "leaseDurationSeconds": 40,
                "renewTime": .string(MicroTime(clock.now).description),
            ],
        ]
        try await client.apply(.lease, ObjectKey(namespace: Self.leases, name: name), lease, force: true)
    }
}

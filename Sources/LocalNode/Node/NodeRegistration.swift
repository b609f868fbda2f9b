import Foundation
import KubernetesClient
import KubernetesCore
import Logging

/// Tells the cluster of this node, and that it lives.
struct NodeRegistration {
    let context: NodeContext
    /// Called each time the cluster was told.
    var onRegistered: @Sendable () -> Void = {}

    /// How often the node says that it lives.
    static let heartbeat = Duration.seconds(40)

    /// The node's labels.
    var labels: [String: String] {
        var labels = [
            "kubernetes.io/hostname": context.configuration.name, "kubernetes.io/os": "linux",
            "kubernetes.io/arch": Self.architecture, "beta.kubernetes.io/os": "linux",
            "beta.kubernetes.io/arch": Self.architecture,
        ]
        labels.merge(context.configuration.labels) { $1 }
        return labels
    }

    /// Runs until it is cancelled.
    func run() async {
        var wait = Duration.milliseconds(200)
        while !Task.isCancelled {
            do {
                try await register()
                onRegistered()
                wait = .milliseconds(200)
                try? await Task.sleep(for: Self.heartbeat)
            } catch {
                if Task.isCancelled { return }
                context.logger.warning("the node was not registered", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: wait)
                wait = min(.seconds(10), wait * 2)
            }
        }
    }

    private func register() async throws {
        let key = ObjectKey(namespace: nil, name: context.configuration.name)
        let labels: JSONValue = .object(labels.mapValues { .string($0) })
        do {
            try await context.client.patch(.node, key, ["metadata": ["labels": labels]])
        } catch let error as APIError where error.isNotFound {
            try await context.client.create(
                .node, namespace: nil,
                [
                    "apiVersion": "v1", "kind": "Node",
                    "metadata": ["name": .string(key.name), "labels": labels], "spec": [:],
                ])
        }
        let before = try await context.client.get(.node, key)
        try await context.client.patch(
            .node, key, ["status": status(before: before["status"] ?? [:])], subresource: "status")
    }

    private func status(before: JSONValue) -> JSONValue {
        let resources: JSONValue = [
            "cpu": .string(String(context.host.processors)),
            "memory": .string("\(context.host.memoryBytes / 1024)Ki"),
            "pods": .string(String(context.configuration.maxPods)),
        ]
        let now: JSONValue = .string(Time(Date()).description)
        func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> JSONValue {
            let previous = before["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
            let isSame = previous?["status"]?.stringValue == status
            return [
                "type": .string(type), "status": .string(status), "reason": .string(reason),
                "message": .string(message), "lastHeartbeatTime": now,
                "lastTransitionTime": isSame ? previous?["lastTransitionTime"] ?? now : now,
            ]
        }
        return [
            "capacity": resources, "allocatable": resources,
            "conditions": .array([
                condition(
                    "MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "the node runs pods as processes of this host"),
            ]),
            "addresses": .array([
                ["type": "InternalIP", "address": .string(NodeContext.hostIP)],
                ["type": "Hostname", "address": .string(context.configuration.name)],
            ]),
            "nodeInfo": [
                "operatingSystem": "linux", "architecture": .string(Self.architecture),
                "osImage": .string(context.host.kernel), "kernelVersion": .string(context.host.kernel),
                "containerRuntimeVersion": .string(
                    context.host.bubblewrap == nil ? "fairlead://processes" : "fairlead://bubblewrap"),
                "kubeletVersion": "v1.36.0", "kubeProxyVersion": "", "machineID": "", "systemUUID": "", "bootID": "",
            ],
        ]
    }

    private static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}

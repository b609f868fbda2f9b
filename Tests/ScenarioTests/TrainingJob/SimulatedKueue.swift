import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Kueue as a job sees it: its kinds, and statuses that let a Workload in and put it out.
struct SimulatedKueue: Sendable {
    let client: Client
    let clock: ManualClock

    static let workloads = ResourceType.kueueWorkload("v1beta2")

    /// Installs the kinds, with schemas that take anything.
    func install() async throws {
        try await Self.define(Self.workloads, client)
        let flavors = ResourceType(
            group: "kueue.x-k8s.io", version: "v1beta2", kind: "ResourceFlavor", plural: "resourceflavors",
            isNamespaced: false)
        try await Self.define(flavors, client)
        for name in ["a100", "v100"] {
            let flavor: JSONValue = [
                "apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ResourceFlavor", "metadata": ["name": .string(name)],
                "spec": [
                    "nodeLabels": ["pool": .string(name)],
                    "tolerations": [["key": "gpu", "operator": "Equal", "value": .string(name)]],
                ],
            ]
            try await client.create(flavors, namespace: nil, flavor)
        }
    }

    /// Makes a kind with a status and a schema.
    static func define(
        _ type: ResourceType, _ client: Client,
        spec: JSONValue = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    ) async throws {
        let anything: JSONValue = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        let version: JSONValue = [
            "name": .string(type.gvk.version), "served": true, "storage": true, "subresources": ["status": [:]],
            "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": spec, "status": anything]]],
        ]
        let definition: JSONValue = [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": [
                "name": .string(type.qualifiedName),
                "annotations": ["api-approved.kubernetes.io": "unapproved, a stand-in for tests"],
            ],
            "spec": [
                "group": .string(type.gvk.group), "scope": type.isNamespaced ? "Namespaced" : "Cluster",
                "names": [
                    "plural": .string(type.plural), "singular": .string(type.gvk.kind.lowercased()),
                    "kind": .string(type.gvk.kind), "listKind": .string("\(type.gvk.kind)List"),
                ],
                "versions": [version],
            ],
        ]
        try await client.create(.customResourceDefinition, namespace: nil, definition)
        while try await !client.serves(type) { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// The only Workload; nil where there is none.
    func workload() async throws -> JSONValue? {
        try await Self.list(Self.workloads, client).first
    }

    /// The objects of a kind in the namespace `default`.
    static func list(_ type: ResourceType, _ client: Client) async throws -> [JSONValue] {
        let answer = try await client.send(APIRequest(path: type.path(namespace: "default")))
        return try KubernetesJSON.decode(JSONValue.self, from: answer.body)["items"]?.arrayValue ?? []
    }

    func holds(_ type: String) async throws -> Bool {
        Self.condition(type, of: try await workload())?["status"] == "True"
    }

    static func condition(_ type: String, of workload: JSONValue?) -> JSONValue? {
        workload?[path: ["status", "conditions"]]?.arrayValue?.first { $0["type"] == .string(type) }
    }

    /// Lets the Workload in with a flavor.
    func admit(_ flavor: String) async throws {
        try await change { workload, tell in
            let sets = workload[path: ["spec", "podSets"]]?.arrayValue ?? []
            tell("QuotaReserved", true, "QuotaReserved")
            tell("Admitted", true, "Admitted")
            if Self.condition("Evicted", of: workload) != nil { tell("Evicted", false, "QuotaReserved") }
            return [
                "admission": [
                    "clusterQueue": "gpus",
                    "podSetAssignments": .array(
                        sets.map { set in
                            [
                                "name": set["name"] ?? "", "count": set["count"] ?? 0,
                                "flavors": ["nvidia.com/gpu": .string(flavor), "cpu": .string(flavor)],
                            ]
                        }),
                ]
            ]
        }
    }

    /// Puts the Workload out.
    func evict() async throws {
        try await change { _, tell in
            tell("Evicted", true, "Preempted")
            return [:]
        }
    }

    /// Writes the status against what it was, as often as it takes.
    private func change(
        _ decide: (JSONValue, (String, Bool, String) -> Void) -> JSONValue
    ) async throws {
        while true {
            let workload = try #require(try await workload())
            var conditions = workload[path: ["status", "conditions"]]?.arrayValue ?? []
            let time = Time(clock.now).description
            var status = decide(workload) { type, holds, reason in
                conditions.removeAll { $0["type"] == .string(type) }
                conditions.append([
                    "type": .string(type), "status": holds ? "True" : "False", "reason": .string(reason),
                    "message": .string("told by the test"), "lastTransitionTime": .string(time),
                ])
            }
            status["conditions"] = .array(conditions)
            let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: workload["metadata"] ?? [:])
            do {
                try await client.patchStatus(Self.workloads, metadata, status)
                return
            } catch let error as APIError where error.isConflict {
                // The controller wrote meanwhile.
            }
        }
    }
}

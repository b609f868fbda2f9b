import ClusterTesting
import ControllerRuntime
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import Logging
import Testing

@testable import LocalControllers

/// The controllers on an API server of this process whose pods are simulated.
@Suite(.timeLimit(.minutes(5)))
struct LocalControllersTests {
    private let client: Client
    private let server: LocalAPIServer
    private let kubelet: SimulatedKubelet
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() async throws {
        server = try await LocalAPIServer(configuration: LocalAPIServer.Configuration(), logger: logger)
        client = Client(transport: InProcessTransport(server))
        kubelet = SimulatedKubelet(client: client) { _ in SimulatedKubelet.Ending(duration: nil) }
    }

    private func run(_ body: @Sendable @escaping () async throws -> Void) async throws {
        let controllers = LocalControllers(client: client, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.server.run() }
            group.addTask { try await self.kubelet.run() }
            group.addTask { try await controllers.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "default", name: name) }

    private func deployment(image: String, replicas: Int64 = 3) -> JSONValue {
        [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["name": "web", "annotations": ["note": "kept"]],
            "spec": [
                "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
                "template": [
                    "metadata": ["labels": ["app": "web"]],
                    "spec": [
                        "containers": [
                            [
                                "name": "web", "image": .string(image),
                                "ports": [["name": "http", "containerPort": 8080]],
                            ]
                        ]
                    ],
                ],
            ],
        ]
    }

    private func sets() async throws -> [ReplicaSetObject] {
        try await client.list(ReplicaSetObject.type, namespace: "default").items
            .map { try KubernetesJSON.decode(ReplicaSetObject.self, from: $0) }
    }

    private func pods() async throws -> [WorkloadPod] {
        try await client.list(.pod, namespace: "default").items
            .map { try KubernetesJSON.decode(WorkloadPod.self, from: $0) }
    }

    private func settled(_ image: String, _ count: Int) async throws {
        try await eventually("\(count) pods of \(image)") {
            let found = try await client.get(DeploymentObject.self, key("web"))
            let pods = try await client.list(.pod, namespace: "default").items
            return found.status.conditions?[type: "Progressing"]?.reason == "NewReplicaSetAvailable"
                && found.status.observedGeneration == found.metadata.generation
                && found.status.availableReplicas ?? 0 == count && pods.count == count
                && pods.allSatisfy { $0["spec"]?["containers"]?[0]?["image"]?.stringValue == image }
        }
    }

    @Test func deploysScalesRollsAndGoesBack() async throws {
        try await run {
            try await client.create(DeploymentObject.type, namespace: "default", deployment(image: "web:1"))
            try await settled("web:1", 3)
            let first = try #require(try await sets().first)
            #expect(first.metadata.labels["pod-template-hash"] != nil)
            #expect(first.metadata.name == "web-\(first.metadata.labels["pod-template-hash"] ?? "")")
            #expect(first.metadata.annotations["note"] == "kept")
            try await client.patch(
                DeploymentObject.type, key("web"), ["spec": ["replicas": 5]], subresource: "scale")
            try await settled("web:1", 5)
            try await client.apply(
                DeploymentObject.type, key("web"), deployment(image: "web:2", replicas: 2), force: true)
            try await settled("web:2", 2)
            #expect(try await sets().count == 2)
            let template = try #require(first.spec.template.map(PodTemplateHash.stripped))
            try await client.patch(
                DeploymentObject.type, key("web"),
                [["op": "replace", "path": "/spec/template", "value": template]], as: .json)
            try await settled("web:1", 2)
            let found = try await client.get(DeploymentObject.self, key("web"))
            #expect(found.metadata.annotations[DeploymentAnnotations.revision] == "3")
            try await client.delete(DeploymentObject.type, key("web"))
            try await eventually("nothing is left") {
                let (sets, pods) = (try await sets(), try await pods())
                return sets.isEmpty && pods.isEmpty
            }
        }
    }

    @Test func followsAService() async throws {
        let service: JSONValue = [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "labels": ["team": "risk"]],
            "spec": ["selector": ["app": "web"], "ports": [["port": 80, "targetPort": "http"]]],
        ]
        try await run {
            try await client.create(.service, namespace: "default", service)
            func slices() async throws -> [EndpointSliceObject] {
                try await client.list(EndpointSliceObject.type, namespace: "default").items
                    .map { try KubernetesJSON.decode(EndpointSliceObject.self, from: $0) }
            }
            try await eventually("an empty slice") { try await slices().map(\.endpoints.count) == [0] }
            try await client.create(
                DeploymentObject.type, namespace: "default", deployment(image: "web:1", replicas: 2))
            try await eventually("two endpoints") {
                let found = try await slices()
                return found.count == 1 && found[0].endpoints.count == 2
                    && found[0].endpoints.allSatisfy { $0.conditions?.ready == true }
                    && found[0].ports == [.init(name: "", port: 8080, protocol: "TCP")]
                    && found[0].metadata.labels["team"] == "risk"
            }
            try await client.delete(DeploymentObject.type, key("web"))
            try await eventually("no endpoints") { try await slices().map(\.endpoints.count) == [0] }
            try await client.delete(.service, key("web"))
            try await eventually("no slices") { try await slices().isEmpty }
        }
    }

    @Test func adoptsAndReleasesPods() async throws {
        try await run {
            let pod: JSONValue = [
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "orphan", "labels": ["app": "lone"]],
                "spec": ["containers": [["name": "web", "image": "web:1"]]],
            ]
            try await client.create(.pod, namespace: "default", pod)
            let set: JSONValue = [
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": ["name": "lone"],
                "spec": [
                    "replicas": 2, "selector": ["matchLabels": ["app": "lone"]],
                    "template": [
                        "metadata": ["labels": ["app": "lone"]],
                        "spec": ["containers": [["name": "web", "image": "web:1"]]],
                    ],
                ],
            ]
            try await client.create(ReplicaSetObject.type, namespace: "default", set)
            try await eventually("the orphan is one of two") {
                let found = try await pods()
                return found.count == 2 && found.allSatisfy { $0.metadata.controller?.name == "lone" }
            }
            try await client.patch(.pod, key("orphan"), ["metadata": ["labels": ["app": "other"]]])
            try await eventually("it is replaced and stays") {
                let found = try await pods()
                return found.count == 3 && found.first { $0.metadata.name == "orphan" }?.metadata.controller == nil
            }
        }
    }
}

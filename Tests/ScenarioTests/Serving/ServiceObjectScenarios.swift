import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Objects of services of which other controllers tell, or which the cluster may not know.
@Suite(.serialized) struct ServiceObjectScenarios {
    private static func manifest(_ more: String = "") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: InferenceService
        metadata: {name: churn}
        spec: {model: {uri: "s3://models/churn/7", format: sklearn}\(more)}
        """
    }

    private static let routes: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "httproutes.gateway.networking.k8s.io"],
        "spec": [
            "group": "gateway.networking.k8s.io", "scope": "Namespaced",
            "names": [
                "kind": "HTTPRoute", "listKind": "HTTPRouteList", "plural": "httproutes", "singular": "httproute",
            ],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": ["openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
                ]
            ],
        ],
    ]

    @Test func aRouteGoesThoughNoControllerSawThatItsGatewayWent() async throws {
        let serving = try await ServingCluster()
        let client = serving.cluster.client
        @Sendable func isThere(_ name: String) async throws -> Bool {
            do {
                _ = try await client.get(.httpRoute, ServingCluster.key(name))
                return true
            } catch let error as APIError where error.isNotFound {
                return false
            }
        }
        try await serving.run {
            try await client.create(.customResourceDefinition, namespace: nil, Self.routes)
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest(", gateway: {name: public, hostnames: [churn.acme.dev]}"))
                try await serving.cluster.eventually("the route is there") { try await isThere("churn") }
            }
            // Somebody else's, with our labels.
            let labels: JSONValue = [
                FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
                FairleadLabel.inferenceService: "churn",
            ]
            try await client.create(
                .httpRoute, namespace: "default",
                [
                    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
                    "metadata": ["name": "other", "labels": labels], "spec": [:],
                ])
            try await serving.edit(["gateway": .null])
            try await serving.cluster.withController {
                try await serving.cluster.eventually("the route is gone") { try await !isThere("churn") }
            }
            #expect(try await isThere("other"))
        }
    }

    /// What the controller of Deployments is refused is told by it as a condition, and by us with its message.
    @Test func aQuotaIsTold() async throws {
        let serving = try await ServingCluster()
        let message = "pods \"churn-1-x\" is forbidden: exceeded quota: gpus, requested: 1, used: 4, limited: 4"
        @Sendable func tell(_ status: JSONValue) async throws {
            let name = try #require(try await serving.deployments().first)
            try await serving.cluster.client.patch(
                .deployment, ServingCluster.key(name), ["status": status], subresource: "status")
        }
        // No controller of Deployments runs: the test is it.
        try await serving.cluster.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest())
                try await serving.cluster.eventually("the Deployment is there") {
                    try await serving.deployments().count == 1
                }
                try await tell([
                    "conditions": [
                        [
                            "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
                            "message": .string(message),
                        ]
                    ]
                ])
                let status = try await serving.status("tells of the quota") {
                    $0.message?.contains("exceeded quota: gpus") == true
                }
                #expect(status.reason == .modelLoadFailed)
                #expect(status.conditions[type: "Ready"]?.message.contains(message) == true)
                try await tell([
                    "replicas": 1, "readyReplicas": 1,
                    "conditions": [
                        ["type": "Available", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"]
                    ],
                ])
                try await serving.status("is ready") { $0.phase == .ready && $0.message == nil }
            }
        }
    }
}

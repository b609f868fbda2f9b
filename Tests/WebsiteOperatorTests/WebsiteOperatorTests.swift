import ClusterTesting
import ControllerRuntime
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import Logging
import Testing

@testable import WebsiteOperator

/// The guide's operator, on an API server of this process.
@Suite("The guide's operator")
struct WebsiteOperatorTests {
    private static let definition = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/examples/WebsiteOperator/website.yaml")

    @Test("makes what a website needs, repairs it, follows its Deployment, and tells in conditions")
    func operates() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await LocalAPIServer(configuration: LocalAPIServer.Configuration(), logger: logger)
        let client = Client(transport: InProcessTransport(server), fieldManager: "website-operator")
        let user = Client(transport: InProcessTransport(server), fieldManager: "user")
        for object in try ManifestReader.read(String(contentsOf: Self.definition, encoding: .utf8)) {
            try await user.create(.customResourceDefinition, namespace: nil, object)
        }
        let website = ObjectKey(namespace: "default", name: "home")
        let child = ObjectKey(namespace: "default", name: "website-home")
        try await user.create(
            Website.type, namespace: "default",
            [
                "apiVersion": "example.dev/v1", "kind": "Website", "metadata": ["name": "home"],
                "spec": ["html": "<h1>first</h1>"],
            ])
        let elector = LeaderElector(
            client: client, lease: ObjectKey(namespace: "default", name: "website-operator"), identity: "one",
            logger: logger)
        let service = WebsiteOperator.service(client: client, elector: elector, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            try await eventually("the website starts") {
                try await client.get(Website.self, website).status?.conditions?[type: "Ready"]?.status == .isFalse
            }
            var page = try await client.get(.configMap, child)
            #expect(page["data"]?["index.html"] == "<h1>first</h1>")
            #expect(page["metadata"]?["ownerReferences"]?.arrayValue?.count == 1)
            let deployment = try await client.get(DeploymentView.type, child)
            #expect(deployment["spec"]?["replicas"] == 1)

            try await user.patch(
                DeploymentView.type, child, ["status": ["availableReplicas": 1, "replicas": 1]], subresource: "status")
            try await eventually("the website is ready") {
                try await client.get(Website.self, website).status?.conditions?[type: "Ready"]?.status == .isTrue
            }
            try await user.patch(Website.type, website, ["spec": ["html": "<h1>second</h1>", "replicas": 2]])
            try await eventually("the page follows") {
                page = try await client.get(.configMap, child)
                return page["data"]?["index.html"] == "<h1>second</h1>"
            }
            try await eventually("the status follows") {
                let status = try await client.get(Website.self, website).status
                return status?.observedGeneration == 2 && status?.conditions?[type: "Ready"]?.status == .isFalse
            }
        }
    }
}

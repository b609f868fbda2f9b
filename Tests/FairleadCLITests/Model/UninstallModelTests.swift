import ClusterTesting
import FairleadAPI
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import Logging
import Testing

@testable import FairleadCLI

@Suite("Uninstalling with models")
struct UninstallModelTests {
    @Test("versions are let go, other finalizers stay, and nothing else changes")
    func versionsAreReleased() async throws {
        let server = try await LocalAPIServer(
            configuration: LocalAPIServer.Configuration(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let client = Client(transport: InProcessTransport(server))
        for definition in CustomResourceDefinitions.all {
            try await client.create(.customResourceDefinition, namespace: nil, definition.json)
        }
        for (name, finalizers) in [
            ("churn-1", ["fairlead.dev/registry"]), ("churn-2", ["a.dev/x", "fairlead.dev/registry"]),
        ] {
            let metadata = ObjectMeta(name: name, namespace: "default", finalizers: finalizers)
            let number: Int64 = name == "churn-1" ? 1 : 2
            let version = ModelVersion(
                metadata: metadata, spec: ModelVersionSpec(model: "churn", version: number, uri: "s3://m/\(number)"))
            try await client.create(
                .modelVersion, namespace: "default", try KubernetesJSON.value(of: version))
        }
        let uninstaller = Uninstaller(
            client: client, controller: ObjectKey(namespace: "fairlead-system", name: "fairlead-controller"),
            quiet: .zero, pause: .milliseconds(5)
        ) { _ in }
        try await uninstaller.run(timeout: .seconds(30))
        let versions = try await client.listAll(ModelVersion.self, namespace: "default").items
        #expect(versions.map(\.metadata.finalizers) == [[], ["a.dev/x"]])
        #expect(versions.allSatisfy { $0.spec.value?.model == "churn" })
    }
}

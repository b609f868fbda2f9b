import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// All objects of a revision, for each way in which a model comes to its server.
///
/// `FAIRLEAD_RENEW_GOLDENS=1 swift test --filter Golden` writes them anew.
@Suite struct ServingGoldenTests {
    private func expect(_ world: ServiceWorld, _ name: String, only kinds: Set<String> = ["Deployment"]) throws {
        var world = world
        try world.settle()
        var text = ""
        for (key, object) in world.objects.sorted(by: { $0.key < $1.key }) {
            guard kinds.contains(String(key.prefix { $0 != "/" })) else { continue }
            text += (text.isEmpty ? "" : "---\n") + YAMLWriter.string(object)
        }
        #expect(!text.isEmpty, "\(world.status)")
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
        let file = folder.appending(path: "\(name).yaml")
        if ProcessInfo.processInfo.environment["FAIRLEAD_RENEW_GOLDENS"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(text == golden, "renew with FAIRLEAD_RENEW_GOLDENS=1 swift test --filter Golden")
    }

    /// A registered model from a store, with everything else that a service has.
    @Test func registered() throws {
        var world = try ServiceWorld(
            """
            {model: churn@production, args: ["--verbose"], env: {A: 1}, resources: {cpu: 2, gpu: 1},
             replicas: {min: 0, max: 4, initial: 2}, timeouts: {ready: 5m, request: 10m},
             overrides: [{target: {role: predictor}, pod: {spec: {nodeSelector: {zone: a}}}}]}
            """)
        world.register(7, digest: "sha256:00ff")
        world.settings.platform = try Platform(
            yaml: """
                kind: Connection
                metadata: {name: models, namespace: risk}
                spec: {uris: ["s3://models/"], type: s3, endpoint: "https://minio.acme.dev", secret: minio-keys}
                """)
        try expect(world, "registered", only: ["Deployment", "Service", "PodDisruptionBudget"])
    }

    /// A language model from the hub.
    @Test func openai() throws {
        let vllm = """
            {supportedModelFormats: [{name: vllm}], protocolVersions: [openai],
             containers: [{name: server, image: "vllm:1", args: ["--model=/mnt/models", "--served-model-name=$(MODEL_NAME)"]},
                          {name: beside, image: "proxy:1"}],
             podTemplate: {metadata: {annotations: {a: b}}, spec: {hostIPC: false, containers: [{name: main, tty: true}]}}}
            """
        try expect(
            try ServiceWorld("{model: {uri: \"hf://Qwen/Qwen3-8B\", format: vllm}}", runtimes: ["vllm": vllm]),
            "openai")
    }

    @Test(arguments: [
        ("claim", "pvc://models/churn/7"), ("host", "file:///var/models/churn"),
        ("image", "oci://registry.acme.dev/models/churn:7"),
    ])
    func inPlace(name: String, uri: String) throws {
        try expect(try ServiceWorld("{model: {uri: \"\(uri)\", format: sklearn}}"), name)
    }

    /// What is read in place is compared with what was registered.
    @Test func checked() throws {
        var world = try ServiceWorld("{model: churn:7}")
        world.register(7, digest: "sha256:00ff", uri: "pvc://models/churn/7")
        try expect(world, "checked")
    }

    /// A server of the user's own, from a script, with a transformer and an explainer.
    @Test func components() throws {
        try expect(
            try ServiceWorld(
                """
                image: python:3.12-slim
                python: "print(1)"
                packages: [flask]
                port: 5000
                protocol: v1
                transformer: {image: "tokens:2", args: ["--predictor_host", "$(PREDICTOR_HOST)"]}
                explainer: {image: "explain:1", port: 9999, env: {TOKEN: {secret: t, key: k}}}
                """), "components", only: ["Deployment", "ConfigMap", "Service"])
    }

    /// What collects payloads for a bucket, beside a model in a claim.
    @Test func payloads() throws {
        var world = try ServiceWorld(
            """
            {model: {uri: "pvc://models/churn/7", format: sklearn}, pullSecrets: [registry],
             logPayloads: {uri: "s3://logs/serving", sample: 0.1}}
            """)
        world.settings.platform = try Platform(
            yaml: """
                kind: Connection
                metadata: {name: logs, namespace: risk}
                spec: {uris: ["s3://logs/"], type: s3, endpoint: "https://minio.acme.dev", secret: minio-keys}
                """)
        try expect(world, "payloads", only: ["Deployment", "Service"])
    }
}
